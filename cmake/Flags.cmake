# lamina_flags(target): the flags of one of our targets. All are PRIVATE: users of the library get none.
#
#   -ffp-contract=off         no fused multiply-add unless a kernel asks for one, so that a result does not
#                             depend on what the compiler inlined where
#   -fno-math-errno           sqrt and friends become instructions
#   -ftls-model=initial-exec  recording reads thread-local state at every operation
#   -fno-semantic-interposition, -Bsymbolic-functions   calls inside the library do not go through the PLT
function(lamina_flags target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES
    CXX_EXTENSIONS OFF
    POSITION_INDEPENDENT_CODE ON
    VISIBILITY_INLINES_HIDDEN ON
    BUILD_RPATH_USE_ORIGIN ON)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wno-restrict  # g++ 12 warns of its own std::string operator+ (PR 105329)
    -fno-semantic-interposition -ftls-model=initial-exec -fno-math-errno -ffp-contract=off
    -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
  if(LAMINA_FAULT_INJECTION)
    target_compile_definitions(${target} PRIVATE LAMINA_FAULT_INJECTION)
  endif()
  if(LAMINA_THREADS STREQUAL "std")
    target_compile_definitions(${target} PRIVATE LAMINA_STD_THREADS)
  endif()
  if(LAMINA_SANITIZE)
    set(sanitizers ${LAMINA_SANITIZE})
    if(sanitizers STREQUAL "address")
      set(sanitizers address,undefined)
    endif()
    target_compile_options(${target} PRIVATE
      -O1 -g1 -fno-omit-frame-pointer -fsanitize=${sanitizers} -fno-sanitize-recover=undefined)
    target_link_options(${target} PRIVATE -fsanitize=${sanitizers})
  endif()
endfunction()
