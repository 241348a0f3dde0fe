# lamina_program(name source..): an executable of ours in the build's bin/. A changed liblamina.so does not
# link it again, tests excepted: which tests there are may depend on the library's table of ops.
function(lamina_program name)
  add_executable(${name} ${ARGN})
  lamina_flags(${name})
  target_link_libraries(${name} PRIVATE lamina)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${LAMINA_BIN} LINK_DEPENDS_NO_SHARED ON
    BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "\$ORIGIN/../lib")
endfunction()

# The command.
file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cli/*.cpp)
if(LAMINA_BUILD_CLI AND sources)
  find_package(fmt REQUIRED)
  find_package(CLI11 REQUIRED)
  lamina_program(lamina_cli ${sources})
  set_target_properties(lamina_cli PROPERTIES OUTPUT_NAME lamina)
  target_link_libraries(lamina_cli PRIVATE fmt::fmt-header-only CLI11::CLI11 nlohmann_json::nlohmann_json)
endif()

if(LAMINA_BUILD_TESTS)
  enable_testing()

  # tests/cpp/<folder>/*.cpp: one executable per folder, test_<folder>, with tests/cpp/ for helpers.
  file(GLOB folders CONFIGURE_DEPENDS LIST_DIRECTORIES true ${PROJECT_SOURCE_DIR}/tests/cpp/*)
  if(folders)
    find_package(GTest REQUIRED)
    include(GoogleTest)
  endif()
  foreach(folder IN LISTS folders)
    file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
    if(NOT sources)
      continue()
    endif()
    get_filename_component(name ${folder} NAME)
    lamina_program(test_${name} ${sources})
    target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/cpp)
    target_compile_definitions(test_${name} PRIVATE LAMINA_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    set_target_properties(test_${name} PROPERTIES LINK_DEPENDS_NO_SHARED OFF)
    target_link_libraries(test_${name} PRIVATE GTest::gtest GTest::gmock GTest::gtest_main ZLIB::ZLIB)
    # Whole trainings run alone: threads of two of them that wait for each other by spinning take each other's
    # cores, and 3 seconds become 90.
    string(COMPARE EQUAL ${name} cli alone)
    gtest_discover_tests(test_${name} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${name}/"
      WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} PROPERTIES LABELS ${name} TIMEOUT 300 RUN_SERIAL ${alone})
  endforeach()

  # test_reference: the examples of docs/reference.md in C++, and those that are written by hand.
  if(TARGET test_reference)
    set(examples ${PROJECT_BINARY_DIR}/reference_examples.cpp)
    file(GLOB written CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/cpp/reference/*examples_test.cpp)
    file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lamina/*.h)
    add_custom_command(OUTPUT ${examples}
      COMMAND ${Python_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/cpp_examples.py > ${examples}
      DEPENDS ${PROJECT_SOURCE_DIR}/tools/cpp_examples.py ${PROJECT_SOURCE_DIR}/tools/headers.py
              ${PROJECT_SOURCE_DIR}/docs/reference.md
              ${written} ${headers}
      VERBATIM)
    target_sources(test_reference PRIVATE ${examples})
    target_include_directories(test_reference PRIVATE ${PROJECT_SOURCE_DIR}/tests/cpp/reference)
    target_compile_options(test_reference PRIVATE -O0)  # long, and run once
  endif()

  # examples/cpp/*.cpp: one executable each; that it runs is its test.
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/cpp/*.cpp)
  foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WE)
    lamina_program(example_${name} ${source})
    add_test(NAME examples/${name} COMMAND example_${name} WORKING_DIRECTORY ${PROJECT_BINARY_DIR})
    set_tests_properties(examples/${name} PROPERTIES LABELS examples TIMEOUT 300 RUN_SERIAL ON)
  endforeach()

  # A project of a user, with what `cmake --install` gives him.
  if(TARGET lamina_cli AND LAMINA_OWN_BUILD AND NOT LAMINA_SANITIZE)
    add_test(NAME examples/cmake_project
             COMMAND ${PROJECT_SOURCE_DIR}/tests/tools/install_test.sh ${PROJECT_BINARY_DIR})
    set_tests_properties(examples/cmake_project PROPERTIES LABELS examples TIMEOUT 300)
  endif()
  if(TARGET test_cli AND TARGET lamina_cli)
    add_dependencies(test_cli lamina_cli)  # its tests run the command
  endif()
endif()

# bench/*.cpp: one executable each, built by `make bench-kernels` only.
file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/bench/*.cpp)
if(LAMINA_OWN_BUILD)
  add_custom_target(bench_programs)
  if(sources)
    find_package(benchmark REQUIRED)
  endif()
  foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WE)
    lamina_program(bench_${name} ${source})
    set_target_properties(bench_${name} PROPERTIES EXCLUDE_FROM_ALL ON)
    target_link_libraries(bench_${name} PRIVATE benchmark::benchmark)
    add_dependencies(bench_programs bench_${name})
  endforeach()
endif()
