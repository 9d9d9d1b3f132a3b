# How everything in this tree is compiled: language, warnings, sanitizers, ccache, mold, one shared precompiled header.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")
# Installed programs find the SDK beside them, wherever that is.
include(GNUInstallDirs)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# -fPIC everywhere, also in programs: one precompiled header serves all targets only if their code model is the same.
add_compile_options(-fPIC)
# -fno-gnu-unique: an inline static of one plugin must not become that of another.
add_compile_options(-Wall -Wextra -Wpedantic -Wno-missing-field-initializers -Wnon-virtual-dtor -Woverloaded-virtual -fno-gnu-unique)
if(ATRIUM_WERROR)
  add_compile_options(-Werror)
endif()
if(ATRIUM_SANITIZE)
  add_compile_options(-fsanitize=${ATRIUM_SANITIZE} -fno-omit-frame-pointer -O1)
  add_link_options(-fsanitize=${ATRIUM_SANITIZE})
  # GCC 12 sees overflows in std::string that are not there when it instruments (GCC PR 105329, 105651).
  add_compile_options(-Wno-array-bounds -Wno-restrict -Wno-stringop-overread -Wno-stringop-overflow -Wno-maybe-uninitialized)
  if(ATRIUM_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  # Line tables are enough for stack traces and keep links short.
  set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
endif()
add_link_options(-Wl,-z,now -Wl,-z,relro)

find_program(ATRIUM_CCACHE ccache)
if(ATRIUM_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      # Worktrees and clones of this tree share what was compiled: paths are hashed relative to the tree.
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      ${ATRIUM_CCACHE})
  add_compile_options(-fpch-preprocess)
endif()
find_program(ATRIUM_MOLD mold)
if(ATRIUM_MOLD AND NOT ATRIUM_SANITIZE)
  add_link_options(-fuse-ld=mold)
endif()

# A target that uses the tree's one precompiled header.
function(atrium_use_pch target)
  target_precompile_headers(${target} REUSE_FROM atrium_pch)
endfunction()

# One folder of the server: a static library of all its sources. `atrium_server_library(NAME [LINK libs...])`
function(atrium_server_library name)
  cmake_parse_arguments(ARG "" "" "LINK;SOURCES" ${ARGN})
  if(NOT ARG_SOURCES)
    file(GLOB ARG_SOURCES CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  endif()
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/server>)
  target_link_libraries(${name} PUBLIC atrium_sdk ${ARG_LINK})
  atrium_use_pch(${name})
endfunction()

# One test program. `atrium_add_test(NAME SOURCES files... [LINK libs...] [LABELS labels...] [TIMEOUT seconds] [PROCESSES n])`
# PROCESSES: its tests wait more than they compute, and are shared among so many processes at once.
function(atrium_add_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT;PROCESSES" "SOURCES;LINK;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest GTest::gtest_main)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_definitions(${name} PRIVATE ATRIUM_SOURCE_DIR="${PROJECT_SOURCE_DIR}" ATRIUM_BINARY_DIR="${PROJECT_BINARY_DIR}")
  if(ARG_PROCESSES)
    add_test(NAME ${name} COMMAND "${PROJECT_SOURCE_DIR}/tests/support/in_parallel" ${ARG_PROCESSES} $<TARGET_FILE:${name}>)
  else()
    add_test(NAME ${name} COMMAND ${name})
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()
