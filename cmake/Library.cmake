file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lamina/*.cpp)
add_library(lamina ${sources} ${LAMINA_GENERATED})
add_library(lamina::lamina ALIAS lamina)
lamina_flags(lamina)
set_target_properties(lamina PROPERTIES
  SOVERSION ${PROJECT_VERSION_MAJOR}
  ARCHIVE_OUTPUT_DIRECTORY ${LAMINA_LIB}
  LIBRARY_OUTPUT_DIRECTORY ${LAMINA_LIB}
  BUILD_WITH_INSTALL_RPATH ON
  INSTALL_RPATH "\$ORIGIN")
target_compile_features(lamina PUBLIC cxx_std_20)
target_compile_definitions(lamina PRIVATE
  LAMINA_VERSION="${PROJECT_VERSION}" $<$<BOOL:${LAMINA_ONEDNN}>:LAMINA_ONEDNN>)
if(LAMINA_XBYAK)
  file(GLOB jit ${PROJECT_SOURCE_DIR}/lamina/backends/cpu/jit_*.cpp)
  set_source_files_properties(${jit} PROPERTIES COMPILE_DEFINITIONS LAMINA_XBYAK)
endif()
target_include_directories(lamina PUBLIC
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include>)
target_include_directories(lamina SYSTEM PRIVATE ${LAMINA_PROTOZERO_INCLUDE})
target_link_options(lamina PRIVATE -Wl,-Bsymbolic-functions)

# All private, and unknown to an installed lamina: its config names what a static library needs.
set(libraries Threads::Threads nlohmann_json::nlohmann_json ZLIB::ZLIB lamina_hwy lamina_png
    lamina_jpeg lamina_webp)
if(LAMINA_THREADS STREQUAL "openmp")
  list(APPEND libraries OpenMP::OpenMP_CXX)
endif()
if(LAMINA_ONEDNN)
  list(APPEND libraries lamina_onednn)
endif()
foreach(library IN LISTS libraries)
  target_link_libraries(lamina PRIVATE $<BUILD_INTERFACE:${library}>)
endforeach()
