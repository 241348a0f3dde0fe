# The package is put together in the build's python/lamina: the module, and links to the files of
# python/lamina, so that an edited .py needs no build.
file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/python/bindings/*.cpp)
if(NOT LAMINA_BUILD_PYTHON OR NOT sources)
  return()
endif()

set(package ${PROJECT_BINARY_DIR}/python/lamina)
file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/python/lamina
     ${PROJECT_SOURCE_DIR}/python/lamina/*.py ${PROJECT_SOURCE_DIR}/python/lamina/*.pyi
     ${PROJECT_SOURCE_DIR}/python/lamina/py.typed)
file(GLOB_RECURSE staged RELATIVE ${package} ${package}/*.py)
foreach(file IN LISTS staged)
  if(NOT file IN_LIST files)
    file(REMOVE ${package}/${file})  # left from a source that is gone
  endif()
endforeach()
foreach(file IN LISTS files)
  get_filename_component(folder ${package}/${file} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/python/lamina/${file} ${package}/${file} SYMBOLIC)
endforeach()

if(NOT EXISTS "${nanobind_DIR}")
  execute_process(COMMAND ${Python_EXECUTABLE} -m nanobind --cmake_dir
                  OUTPUT_VARIABLE nanobind_DIR OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(nanobind_DIR ${nanobind_DIR} CACHE PATH "nanobind's CMake files" FORCE)
endif()
find_package(nanobind CONFIG REQUIRED)
# NOMINSIZE: an operator called from Python costs 50 ns; optimising for size shows.
nanobind_add_module(_lamina NB_STATIC NOMINSIZE NB_DOMAIN lamina ${sources})
lamina_flags(_lamina)
target_link_libraries(_lamina PRIVATE lamina)
set_target_properties(_lamina PROPERTIES
  LIBRARY_OUTPUT_DIRECTORY ${package} LINK_DEPENDS_NO_SHARED ON
  BUILD_RPATH "\$ORIGIN/../../lib" INSTALL_RPATH "\$ORIGIN/lib")

if(LAMINA_STUBS)
  set(stubs ${package}/_lamina/__init__.pyi)
  add_custom_command(OUTPUT ${stubs}
    COMMAND ${CMAKE_COMMAND} -E env PYTHONPATH=${PROJECT_BINARY_DIR}/python
            ${Python_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/stubs.py ${package}
    DEPENDS _lamina ${PROJECT_SOURCE_DIR}/tools/stubs.py VERBATIM)
  add_custom_target(_lamina_stub ALL DEPENDS ${stubs})
endif()

# .venv/bin/python finds the package of this build.
if(LAMINA_OWN_BUILD AND Python_EXECUTABLE STREQUAL "${PROJECT_SOURCE_DIR}/.venv/bin/python"
   AND NOT LAMINA_SANITIZE)
  file(GLOB site ${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages)
  file(CONFIGURE OUTPUT ${site}/lamina-dev.pth CONTENT "${PROJECT_BINARY_DIR}/python\n" @ONLY)
endif()
