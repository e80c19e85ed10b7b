# SPDX-License-Identifier: Apache-2.0
#
# What goes into a prefix. Components: runtime (the engine and its manual), one plugin-KIND-NAME
# for each plug-in, and sdk (for authors of plug-ins), so that a distribution can split them;
# packaging/debian shows how.
include(CMakePackageConfigHelpers)

set(share ${CMAKE_INSTALL_DATADIR})
set(doc ${CMAKE_INSTALL_DOCDIR})

install(TARGETS gantry RUNTIME COMPONENT runtime)
install(DIRECTORY ${PROJECT_BINARY_DIR}/share/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}
  COMPONENT runtime)
install(DIRECTORY ${PROJECT_BINARY_DIR}/share/bash-completion/
  DESTINATION ${share}/bash-completion COMPONENT runtime)
install(FILES docs/man/gantry.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5
  COMPONENT runtime)
install(FILES packaging/gantry.conf DESTINATION ${doc}/examples COMPONENT runtime)
install(FILES packaging/tmpfiles.d/gantry.conf DESTINATION lib/tmpfiles.d COMPONENT runtime)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${doc} COMPONENT runtime)
install(FILES docs/ARCHITECTURE.md docs/ERRORS.md docs/LAYERS.txt docs/LIFECYCLE.md DESTINATION ${doc}/docs
  COMPONENT runtime)

get_property(plugins GLOBAL PROPERTY GANTRY_PLUGINS)
foreach(plugin IN LISTS plugins)
  string(REPLACE "gantry-" "plugin-" component ${plugin})
  install(TARGETS ${plugin} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/gantry/plugins/1
    COMPONENT ${component})
endforeach()

install(DIRECTORY sdk/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT sdk)
install(DIRECTORY sdk/template DESTINATION ${share}/gantry COMPONENT sdk)
install(FILES docs/ABI.md DESTINATION ${doc}/docs COMPONENT sdk)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/gantry-sdk)
set_target_properties(gantry_sdk PROPERTIES EXPORT_NAME sdk)
install(TARGETS gantry_sdk EXPORT gantry-sdk)
install(EXPORT gantry-sdk NAMESPACE gantry:: FILE gantry-sdk-targets.cmake
  DESTINATION ${package} COMPONENT sdk)
install(FILES packaging/cmake/gantry-sdk-config.cmake cmake/GantryPlugin.cmake cmake/plugin.map
  DESTINATION ${package} COMPONENT sdk)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/gantry-sdk-config-version.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/gantry-sdk-config-version.cmake DESTINATION ${package}
  COMPONENT sdk)

if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(GANTRY_PC_PREFIX ${CMAKE_INSTALL_PREFIX})
  set(GANTRY_PC_INCLUDEDIR ${CMAKE_INSTALL_FULL_INCLUDEDIR})
  set(GANTRY_PC_LIBDIR ${CMAKE_INSTALL_FULL_LIBDIR})
else()
  file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(REGEX REPLACE "/$" "" up ${up})
  set(GANTRY_PC_PREFIX "\${pcfiledir}/${up}")
  set(GANTRY_PC_INCLUDEDIR "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
  set(GANTRY_PC_LIBDIR "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
endif()
configure_file(packaging/gantry-sdk.pc.in ${PROJECT_BINARY_DIR}/gantry-sdk.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/gantry-sdk.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT sdk)
