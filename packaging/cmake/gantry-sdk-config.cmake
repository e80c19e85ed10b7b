# SPDX-License-Identifier: Apache-2.0
#
# find_package(gantry-sdk): the target gantry::sdk and the function gantry_add_plugin().
include(${CMAKE_CURRENT_LIST_DIR}/gantry-sdk-targets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/GantryPlugin.cmake)
