# The tables of ops and of CPU kernels, as explicit references collected from the sources: static
# initialisers would be dropped by linkers from static libraries, and a list kept by hand would be one more
# place to edit per op. The shape of what is generated stands in op_table.cpp.in and kernel_table.cpp.in;
# what is collected, in WriteTables.cmake.
#
# Editing an op runs WriteTables.cmake (about 0.1 s), which leaves a table alone whose content stays the
# same, so that only the op itself is compiled again.
set(generated ${PROJECT_BINARY_DIR}/generated)
set(LAMINA_GENERATED "")

# header: the header that declares what the table needs; no table before it exists.
function(lamina_table name header)
  if(NOT EXISTS ${PROJECT_SOURCE_DIR}/${header})
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${ARGN})
  set(table ${generated}/${name}_table.cpp)
  string(REPLACE ";" "\n" listing "${sources}")
  file(CONFIGURE OUTPUT ${generated}/${name}_sources.txt CONTENT "${listing}\n" @ONLY)
  add_custom_command(
    OUTPUT ${generated}/${name}_table.stamp
    BYPRODUCTS ${table}
    COMMAND ${CMAKE_COMMAND} -D NAME=${name} -D LIST=${generated}/${name}_sources.txt -D TABLE=${table}
            -P ${PROJECT_SOURCE_DIR}/cmake/WriteTables.cmake
    COMMAND ${CMAKE_COMMAND} -E touch ${generated}/${name}_table.stamp
    DEPENDS ${sources} ${generated}/${name}_sources.txt
            ${PROJECT_SOURCE_DIR}/cmake/WriteTables.cmake ${PROJECT_SOURCE_DIR}/cmake/${name}_table.cpp.in
    COMMENT "Collecting ${name}s" VERBATIM)
  set(LAMINA_GENERATED ${LAMINA_GENERATED} ${table} ${generated}/${name}_table.stamp PARENT_SCOPE)
endfunction()

set(from ${PROJECT_SOURCE_DIR}/lamina)
lamina_table(op lamina/op/op.h ${from}/ops/*.cpp ${from}/ops/compose/*.cpp)
lamina_table(kernel lamina/op/backend.h ${from}/backends/*/*.cpp ${from}/backends/*/*/*.cpp)
