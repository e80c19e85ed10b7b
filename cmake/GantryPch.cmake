# SPDX-License-Identifier: Apache-2.0
#
# Precompiled headers, for whole builds from nothing: two sets, since a header precompiled
# for a library (-fPIC) does not fit a program (-fPIE). Work happens without them, so that
# each source includes what it uses.

add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)  # for ccache
set(common "<algorithm>" "<filesystem>" "<functional>" "<map>" "<memory>" "<optional>"
  "<sstream>" "<string>" "<vector>" "<nlohmann/json.hpp>")

function(gantry_pch kind)
  set(source ${PROJECT_BINARY_DIR}/${kind}_pch.cc)
  if(kind STREQUAL test)
    file(CONFIGURE OUTPUT ${source} CONTENT "int main() { return 0; }\n")
    add_executable(gantry_${kind}_pch ${source})
  else()
    file(CONFIGURE OUTPUT ${source} CONTENT "extern int gantry_precompiled;\n")
    add_library(gantry_${kind}_pch OBJECT ${source})
  endif()
  target_link_libraries(gantry_${kind}_pch PRIVATE gantry_flags nlohmann_json::nlohmann_json)
  list(TRANSFORM ARGN REPLACE "(.+)" "$<$<COMPILE_LANGUAGE:CXX>:\\1>")
  target_precompile_headers(gantry_${kind}_pch PRIVATE ${ARGN})
endfunction()

gantry_pch(library ${common})
if(GANTRY_TESTS)
  gantry_pch(test ${common} "<gmock/gmock.h>" "<gtest/gtest.h>")
  target_link_libraries(gantry_test_pch PRIVATE GTest::gmock)
endif()
