# SPDX-License-Identifier: Apache-2.0
#
# How gantry's targets are made: one function for each kind, so that flags live in one place.

include(GantryPlugin)

add_library(gantry_flags INTERFACE)
target_compile_options(gantry_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion $<$<BOOL:${GANTRY_WERROR}>:-Werror>
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast>
  $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>
  -fno-gnu-unique -ffunction-sections -fdata-sections)
# GCC 12 sees overlaps and overflows in inlined std::string where there are none, the latter two
# when it optimises (GCC bugs 105651, 105329, 105562).
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(gantry_flags INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict> $<$<COMPILE_LANGUAGE:CXX>:-Wno-stringop-overflow>
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-array-bounds>)
endif()
target_include_directories(gantry_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_link_options(gantry_flags INTERFACE -Wl,--gc-sections)

# gantry_precompiled(TARGET library|test): lets the target use the precompiled headers of its
# kind, if there are any (GantryPch.cmake).
function(gantry_precompiled target kind)
  if(TARGET gantry_${kind}_pch)
    target_precompile_headers(${target} REUSE_FROM gantry_${kind}_pch)
  endif()
endfunction()

# gantry_library(NAME [LINK targets...]): a static library of all *.cc in this folder.
function(gantry_library name)
  cmake_parse_arguments(ARG "" "" "LINK;DIRS" ${ARGN})
  set(patterns ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  foreach(dir IN LISTS ARG_DIRS)
    list(APPEND patterns ${CMAKE_CURRENT_SOURCE_DIR}/${dir}/*.cc)
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PRIVATE gantry_flags PUBLIC ${ARG_LINK})
    gantry_precompiled(${name} library)
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE gantry_flags ${ARG_LINK})
  endif()
endfunction()

# gantry_plugin(KIND NAME [LINK targets...]): one of gantry's own plug-ins, from all *.cc in
# this folder. The objects are a target of their own, for unit tests.
function(gantry_plugin kind name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  set(target gantry-${kind}-${name})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  add_library(${target}-objects OBJECT ${sources})
  target_link_libraries(${target}-objects PRIVATE gantry_flags PUBLIC gantry_sdk ${ARG_LINK})
  gantry_precompiled(${target}-objects library)
  gantry_add_plugin(${kind} ${name} $<TARGET_OBJECTS:${target}-objects>
    LINK gantry_flags ${ARG_LINK})
  set_target_properties(${target} PROPERTIES
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/gantry/plugins/1)
  set_property(GLOBAL APPEND PROPERTY GANTRY_PLUGINS ${target})
endfunction()

# gantry_unit_test(NAME [LINK targets...]): tests/unit/NAME/*.cc as one program unit_NAME.
function(gantry_unit_test name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  string(REPLACE "/" "_" target unit_${name})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/unit/${name}/*.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(${target} ${sources})
  target_link_libraries(${target} PRIVATE gantry_flags ${ARG_LINK} GTest::gmock GTest::gtest_main)
  gantry_precompiled(${target} test)
  # Without pretty values: they are the bytes of what a test does not know to print.
  gtest_discover_tests(${target} TEST_PREFIX "${target}." NO_PRETTY_VALUES
    DISCOVERY_MODE PRE_TEST PROPERTIES LABELS unit TIMEOUT 300)
endfunction()
