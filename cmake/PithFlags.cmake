# Flags hang on interface targets that our own code links privately, so that a consumer's compiler is never bothered by them.
add_library(pith_warnings INTERFACE)
target_compile_options(pith_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Wimplicit-fallthrough -Woverloaded-virtual
  -Wno-missing-field-initializers  # designated initializers name what differs; the rest has its default
  $<$<BOOL:${PITH_DEVELOPER}>:-Werror>)

add_library(pith_sanitize INTERFACE)
if(PITH_SANITIZE)
  target_compile_options(pith_sanitize INTERFACE -fsanitize=${PITH_SANITIZE} -fno-omit-frame-pointer -g1
                         -fno-sanitize-recover=all)
  target_link_options(pith_sanitize INTERFACE -fsanitize=${PITH_SANITIZE})
endif()
if(PITH_FUZZ)
  target_compile_options(pith_sanitize INTERFACE -fsanitize=fuzzer-no-link)
endif()
