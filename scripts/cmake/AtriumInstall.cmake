# cmake --install: the SDK for integrators, the server with its parts.
include(CMakePackageConfigHelpers)

set(package "${CMAKE_INSTALL_LIBDIR}/cmake/Atrium")
install(TARGETS atrium_sdk EXPORT AtriumTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY "${PROJECT_SOURCE_DIR}/sdk/include/atrium" "${PROJECT_BINARY_DIR}/sdk/include/atrium" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY "${PROJECT_SOURCE_DIR}/sdk/testing" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/atrium_testing
        FILES_MATCHING PATTERN "*.h")
# TempDatabase is the server's own storage, so that comes along.
install(TARGETS atrium_outgoing atrium_sdk_testing atrium_sdk_temp_database atrium_storage atrium_runtime EXPORT AtriumTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT AtriumTargets NAMESPACE Atrium:: DESTINATION ${package})
configure_package_config_file("${PROJECT_SOURCE_DIR}/sdk/AtriumConfig.cmake.in" "${PROJECT_BINARY_DIR}/AtriumConfig.cmake"
                              INSTALL_DESTINATION ${package})
write_basic_package_version_file("${PROJECT_BINARY_DIR}/AtriumConfigVersion.cmake" COMPATIBILITY SameMajorVersion)
install(FILES "${PROJECT_BINARY_DIR}/AtriumConfig.cmake" "${PROJECT_BINARY_DIR}/AtriumConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/scripts/cmake/AtriumPlugin.cmake" "${PROJECT_SOURCE_DIR}/scripts/cmake/plugin.map"
        DESTINATION ${package})
install(PROGRAMS "${PROJECT_SOURCE_DIR}/scripts/dev/new_plugin" DESTINATION ${CMAKE_INSTALL_BINDIR} RENAME atrium-new-plugin)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/sdk/template" DESTINATION share/atrium)
install(FILES "${PROJECT_SOURCE_DIR}/docs/guides/writing_a_plugin.md" DESTINATION share/doc/atrium)

foreach(program IN ITEMS atriumd atrium-plugin-probe atrium-luahost atriumctl)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()
install(DIRECTORY "${PROJECT_BINARY_DIR}/lib/plugins/" DESTINATION lib/atrium/plugins USE_SOURCE_PERMISSIONS)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/database/migrations" DESTINATION share/atrium)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/scripts/automations" DESTINATION share/atrium OPTIONAL
        FILES_MATCHING PATTERN "*.lua")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/web/dist/" DESTINATION share/atrium/www OPTIONAL)
