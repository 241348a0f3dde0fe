# Two trees: the wheel (everything under lamina/, run paths relative to it) and a plain prefix.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

if(LAMINA_WHEEL)
  set(package lamina)
  install(TARGETS lamina LIBRARY DESTINATION ${package}/lib NAMELINK_SKIP)
  install(FILES ${LAMINA_BUNDLED} DESTINATION ${package}/lib)
  install(FILES ${PROJECT_SOURCE_DIR}/share/digits.npy ${PROJECT_SOURCE_DIR}/share/digits.README.md
          DESTINATION ${package}/share/lamina)
  if(TARGET lamina_cli)
    install(TARGETS lamina_cli DESTINATION ${package}/bin)
  endif()
  if(TARGET _lamina)
    install(TARGETS _lamina LIBRARY DESTINATION ${package})
  endif()
  if(LAMINA_STUBS AND TARGET _lamina)
    install(DIRECTORY ${PROJECT_BINARY_DIR}/python/lamina/_lamina DESTINATION ${package})
  endif()
  # libgomp is missing on bare machines. It keeps its SONAME: where the process has one already, the two
  # must be one pool.
  if(LAMINA_THREADS STREQUAL "openmp")
    execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=libgomp.so.1
                    OUTPUT_VARIABLE gomp OUTPUT_STRIP_TRAILING_WHITESPACE)
    file(REAL_PATH ${gomp} gomp)
    install(FILES ${gomp} DESTINATION ${package}/lib RENAME libgomp.so.1)
  endif()
  return()
endif()

if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

set(config ${CMAKE_INSTALL_LIBDIR}/cmake/lamina)
install(TARGETS lamina EXPORT lamina-targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${LAMINA_BUNDLED} DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/lamina DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h" PATTERN "backends" EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/share/ DESTINATION ${CMAKE_INSTALL_DATADIR}/lamina)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(TARGET lamina_cli)
  install(TARGETS lamina_cli DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

install(EXPORT lamina-targets NAMESPACE lamina:: DESTINATION ${config})
set(LAMINA_BUNDLED_NAMES "")
foreach(file IN LISTS LAMINA_BUNDLED)
  get_filename_component(name ${file} NAME)
  list(APPEND LAMINA_BUNDLED_NAMES ${name})
endforeach()
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/lamina-config.cmake.in
  ${PROJECT_BINARY_DIR}/lamina-config.cmake INSTALL_DESTINATION ${config}
  PATH_VARS CMAKE_INSTALL_LIBDIR NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/lamina-config-version.cmake
  COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/lamina-config.cmake ${PROJECT_BINARY_DIR}/lamina-config-version.cmake
        DESTINATION ${config})
