# SKBUILD is set where pip builds the wheel; PROJECT_IS_TOP_LEVEL is false under add_subdirectory.
include(CMakeDependentOption)

set(LAMINA_OWN_BUILD OFF)
if(PROJECT_IS_TOP_LEVEL AND NOT SKBUILD)
  set(LAMINA_OWN_BUILD ON)
endif()

option(BUILD_SHARED_LIBS "Build liblamina as a shared library" ON)
option(LAMINA_BUILD_CLI "Build the lamina command" ${PROJECT_IS_TOP_LEVEL})
option(LAMINA_BUILD_PYTHON "Build the Python module" ${PROJECT_IS_TOP_LEVEL})
option(LAMINA_BUILD_TESTS "Build tests and examples" ${LAMINA_OWN_BUILD})
option(LAMINA_STUBS "Write type stubs of the Python module" ${SKBUILD})
cmake_dependent_option(LAMINA_FAULT_INJECTION "Tests can make chosen allocations and kernels fail" ON
                       LAMINA_BUILD_TESTS OFF)
option(LAMINA_ONEDNN "Use oneDNN (x86-64 only)" ON)
set(LAMINA_THREADS "openmp" CACHE STRING "What parallel_for runs on: openmp or std")
set(LAMINA_SANITIZE "" CACHE STRING "address (with undefined), thread, or empty")
set_property(CACHE LAMINA_THREADS PROPERTY STRINGS openmp std)
set_property(CACHE LAMINA_SANITIZE PROPERTY STRINGS "" address thread)

if(NOT LAMINA_THREADS MATCHES "^(openmp|std)$")
  message(FATAL_ERROR "LAMINA_THREADS is '${LAMINA_THREADS}'; expected openmp or std")
endif()
if(NOT LAMINA_SANITIZE MATCHES "^(address|thread)?$")
  message(FATAL_ERROR "LAMINA_SANITIZE is '${LAMINA_SANITIZE}'; expected address, thread or nothing")
endif()
if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(LAMINA_ONEDNN OFF)
endif()

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug or Release" FORCE)
  endif()
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  find_program(LAMINA_CCACHE ccache)
  mark_as_advanced(LAMINA_CCACHE)
  if(LAMINA_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${LAMINA_CCACHE})
  endif()
endif()

# One layout for the build tree, the installed tree and the wheel: bin/, lib/ and share/lamina/ beside
# each other, so that every run path and every look-up of data is relative.
set(LAMINA_BIN ${PROJECT_BINARY_DIR}/bin)
set(LAMINA_LIB ${PROJECT_BINARY_DIR}/lib)
file(MAKE_DIRECTORY ${LAMINA_LIB} ${PROJECT_BINARY_DIR}/share)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/share ${PROJECT_BINARY_DIR}/share/lamina SYMBOLIC)
