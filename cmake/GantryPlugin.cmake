# SPDX-License-Identifier: Apache-2.0
#
# How a plug-in is linked, here and in projects that use the installed SDK.
#
# gantry_add_plugin(KIND NAME SOURCES... [LINK targets...]): target gantry-KIND-NAME, the
# file gantry-KIND-NAME.so. It exports the entry alone and has everything bound at load, so
# that no two plug-ins ever share a symbol.

set(GANTRY_PLUGIN_MAP ${CMAKE_CURRENT_LIST_DIR}/plugin.map)

function(gantry_add_plugin kind name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  set(target gantry-${kind}-${name})
  add_library(${target} MODULE ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${target} PRIVATE gantry::sdk ${ARG_LINK})
  target_compile_options(${target} PRIVATE -fno-gnu-unique)
  target_link_options(${target} PRIVATE
    -Wl,-z,defs -Wl,-z,now -Wl,--exclude-libs,ALL
    -Wl,--version-script=${GANTRY_PLUGIN_MAP})
  set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME ${target}
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS ${GANTRY_PLUGIN_MAP})
endfunction()
