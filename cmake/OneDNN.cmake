# oneDNN 3.2 with GNU OpenMP, from the PyPI package onednn-devel-cpu-gomp in the environment of
# ${Python_EXECUTABLE} (.venv, or pip's build environment). See docs/decisions/002-onednn.md.
set(find_header [[
import importlib.metadata as m
print(next(f.locate() for f in m.files('onednn-devel-cpu-gomp') if f.name == 'dnnl.hpp' and f.parent.name == 'include'))
]])
if(NOT EXISTS "${LAMINA_ONEDNN_HEADER}")
  execute_process(COMMAND ${Python_EXECUTABLE} -c "${find_header}"
                  OUTPUT_VARIABLE header OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR
      "oneDNN was not found in the environment of ${Python_EXECUTABLE}.\n"
      "  help: run tools/setup.sh, or pip install onednn-devel-cpu-gomp==2023.2.0 onednn-cpu-gomp==2023.2.0,\n"
      "        or configure with -DLAMINA_ONEDNN=OFF (slow convolutions)")
  endif()
  file(REAL_PATH ${header} header)
  set(LAMINA_ONEDNN_HEADER ${header} CACHE FILEPATH "dnnl.hpp of oneDNN 3.2" FORCE)
  mark_as_advanced(LAMINA_ONEDNN_HEADER)
endif()
get_filename_component(include ${LAMINA_ONEDNN_HEADER} DIRECTORY)
get_filename_component(prefix ${include} DIRECTORY)
file(GLOB library ${prefix}/lib/libdnnl.so.3 ${prefix}/lib/libdnnl.so.3.*)
if(NOT library)
  message(FATAL_ERROR "oneDNN: ${prefix}/lib holds no libdnnl.so.3; install onednn-cpu-gomp==2023.2.0")
endif()
list(GET library 0 library)
lamina_bundle(onednn ${library} ${include})
