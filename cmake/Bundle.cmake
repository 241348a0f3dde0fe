# lamina_bundle(name file includes..): puts a stripped copy of the shared library `file` into the build's lib/
# as liblamina_<name>.so.<n>, under that SONAME, and makes the imported target lamina_<name>.
#
# Why renamed: of two libraries with one SONAME in a process, the first that was loaded serves both, silently.
# With another package's libdnnl.so.3 loaded before ours, our calls would run in that one.
find_program(LAMINA_PATCHELF patchelf)
find_program(LAMINA_STRIP strip)
mark_as_advanced(LAMINA_PATCHELF LAMINA_STRIP)
set(LAMINA_BUNDLED "")

function(lamina_bundle name file) # ARGN: include directories
  if(NOT LAMINA_PATCHELF OR NOT LAMINA_STRIP)
    message(FATAL_ERROR "patchelf and strip are needed (Debian: apt-get install patchelf binutils)")
  endif()
  file(REAL_PATH ${file} file)
  execute_process(COMMAND ${LAMINA_PATCHELF} --print-soname ${file}
                  OUTPUT_VARIABLE soname OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCH "[0-9]+$" number "${soname}")
  set(copy liblamina_${name}.so.${number})
  set(target ${LAMINA_LIB}/${copy})
  if(NOT EXISTS ${target} OR ${file} IS_NEWER_THAN ${target})
    message(STATUS "Bundling ${soname} as ${copy}")
    set(part ${LAMINA_LIB}/part-${copy})  # renamed when complete, so that an interrupted run leaves nothing
    file(COPY_FILE ${file} ${part})
    execute_process(COMMAND ${LAMINA_STRIP} --strip-unneeded ${part} COMMAND_ERROR_IS_FATAL ANY)
    # Two runs: patchelf 0.14 writes the run path over the name when given both at once.
    execute_process(COMMAND ${LAMINA_PATCHELF} --set-rpath "\$ORIGIN" ${part} COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND ${LAMINA_PATCHELF} --set-soname ${copy} ${part} COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND ${LAMINA_PATCHELF} --print-soname ${part}
                    OUTPUT_VARIABLE written OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    if(NOT written STREQUAL copy)
      message(FATAL_ERROR "patchelf named ${part} '${written}' instead of ${copy}")
    endif()
    file(RENAME ${part} ${target})
    file(TOUCH ${target})
  endif()
  add_library(lamina_${name} SHARED IMPORTED)
  set_target_properties(lamina_${name} PROPERTIES
    IMPORTED_LOCATION ${target}
    IMPORTED_SONAME ${copy}
    INTERFACE_INCLUDE_DIRECTORIES "${ARGN}")
  set(LAMINA_BUNDLED ${LAMINA_BUNDLED} ${target} PARENT_SCOPE)
endfunction()
