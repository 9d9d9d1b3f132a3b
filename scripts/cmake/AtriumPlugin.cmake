# atrium_add_plugin(ID [LINK libs...] [TESTS]): a plugin from the folder that calls it.
#
#   plugin.json settings.schema.json    -> BUILD/lib/plugins/ID/
#   migrations/{sqlite,mysql}/*.sql     -> BUILD/lib/plugins/ID/migrations/
#   src/*_plugin.cpp                    -> the module BUILD/lib/plugins/ID/libID.so (wiring only)
#   the other src/*.cpp                 -> the static library atrium_plugin_ID that tests and benchmarks link
#
# Used in this tree and, through find_package(Atrium), by integrators outside it.
function(atrium_add_plugin id)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  file(GLOB wiring CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/src/*_plugin.cpp")
  file(GLOB logic CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/src/*.cpp")
  list(REMOVE_ITEM logic ${wiring})

  set(core atrium_plugin_${id})
  if(logic)
    add_library(${core} STATIC ${logic})
    target_compile_options(${core} PRIVATE -fPIC)
    set(scope PUBLIC)
  else()
    add_library(${core} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${core} ${scope} "${CMAKE_CURRENT_SOURCE_DIR}/src")
  target_link_libraries(${core} ${scope} Atrium::sdk ${ARG_LINK})

  set_property(GLOBAL APPEND PROPERTY ATRIUM_PLUGINS ${id}) # for tests that run all of them

  set(folder "${CMAKE_BINARY_DIR}/lib/plugins/${id}")
  add_library(${id} MODULE ${wiring})
  target_link_libraries(${id} PRIVATE ${core})
  # -z defs: a missing symbol fails the build, not the house. The version script keeps everything but the entry private.
  target_link_options(${id} PRIVATE -Wl,-z,now "-Wl,--version-script=${ATRIUM_PLUGIN_MAP}")
  if(NOT ATRIUM_SANITIZE)
    target_link_options(${id} PRIVATE -Wl,-z,defs)
  endif()
  target_compile_options(${id} PRIVATE -fPIC -fno-gnu-unique)
  set_target_properties(${id} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${folder}" PREFIX "lib"
                        SKIP_BUILD_RPATH ON) # the server has loaded the SDK; folders of this machine must not stay inside
  if(COMMAND atrium_use_pch)
    atrium_use_pch(${id})
    if(logic)
      atrium_use_pch(${core})
    endif()
  endif()

  file(GLOB_RECURSE assets CONFIGURE_DEPENDS RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}"
       "${CMAKE_CURRENT_SOURCE_DIR}/migrations/*.sql")
  foreach(asset IN ITEMS plugin.json settings.schema.json LISTS assets)
    if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${asset}")
      configure_file("${CMAKE_CURRENT_SOURCE_DIR}/${asset}" "${folder}/${asset}" COPYONLY)
    endif()
  endforeach()
endfunction()

# atrium_add_plugin_tests(ID [LINK libs...]): tests/*.cpp of the plugin's folder as the test program plugin_ID (GoogleTest),
# with the fakes of the SDK and a database. ATRIUM_PLUGIN_SOURCE_DIR is the plugin's folder.
function(atrium_add_plugin_tests id)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  if(DEFINED ATRIUM_TESTS AND NOT ATRIUM_TESTS)
    return()
  endif()
  find_package(GTest REQUIRED)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/tests/*.cpp")
  if(NOT sources)
    return()
  endif()
  file(GLOB wiring CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/src/*_plugin.cpp")
  add_executable(plugin_${id} ${sources} ${wiring})
  target_link_libraries(plugin_${id} PRIVATE atrium_plugin_${id} ${ARG_LINK} Atrium::sdk_testing Atrium::temp_database
                                             $<TARGET_NAME_IF_EXISTS:atrium_test_support>
                                             GTest::gmock GTest::gtest GTest::gtest_main)
  target_compile_options(plugin_${id} PRIVATE -fPIC)
  target_compile_definitions(plugin_${id} PRIVATE ATRIUM_PLUGIN_SOURCE_DIR="${CMAKE_CURRENT_SOURCE_DIR}")
  if(COMMAND atrium_use_pch)
    atrium_use_pch(plugin_${id})
  endif()
  add_test(NAME plugin_${id} COMMAND plugin_${id})
  set_tests_properties(plugin_${id} PROPERTIES TIMEOUT 120 LABELS plugin)
endfunction()

if(NOT ATRIUM_PLUGIN_MAP)
  set(ATRIUM_PLUGIN_MAP "${CMAKE_CURRENT_LIST_DIR}/plugin.map")
endif()
