# For ggml/src/CMakeLists.txt: strikes CPU back ends out of its list, all but three for x86-64 (SSE4.2; AVX2; AVX-512 with
# VNNI), three for Arm under Linux (plain; dot products and float16; SVE with int8 products) and Apple's.
/ggml_add_cpu_backend_variant\(/ {
  /\((sse42|haswell|cascadelake|armv8\.0_1|armv8\.2_2|armv8\.6_1|apple_[a-z0-9_]+)[ )]/! d
}
