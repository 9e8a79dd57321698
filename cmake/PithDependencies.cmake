# Third-party libraries. Debian packages are found the ordinary way; OpenVINO comes from its PyPI wheel, which `pithw deps`
# unpacks into the cache (tools/deps.sh). Nothing is downloaded from here.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.75 REQUIRED)  # headers only: JSON (compiled once in src/base/json.cc), Asio and Beast (src/net/)
find_package(OpenSSL 3 REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tl-expected REQUIRED)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc icu-i18n)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(MD4C REQUIRED IMPORTED_TARGET md4c)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)

if(NOT DEFINED PITH_CACHE_DIR)
  if(DEFINED ENV{PITH_CACHE})
    set(PITH_CACHE_DIR $ENV{PITH_CACHE})
  elseif(DEFINED ENV{XDG_CACHE_HOME})
    set(PITH_CACHE_DIR $ENV{XDG_CACHE_HOME}/pith)
  else()
    set(PITH_CACHE_DIR $ENV{HOME}/.cache/pith)
  endif()
endif()
set(PITH_OPENVINO_VERSION 2026.4.1)
find_package(OpenVINO ${PITH_OPENVINO_VERSION} CONFIG
  HINTS ${PITH_CACHE_DIR}/deps/openvino-${PITH_OPENVINO_VERSION}/openvino/cmake)
if(NOT OpenVINO_FOUND)
  message(FATAL_ERROR "OpenVINO ${PITH_OPENVINO_VERSION} is not in ${PITH_CACHE_DIR}/deps. Run './pithw deps' to fetch it, "
                      "or pass -DOpenVINO_DIR=<folder with OpenVINOConfig.cmake>.")
endif()
# The wheel's headers are not ours to warn about.
set_target_properties(openvino::runtime PROPERTIES
  INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "$<TARGET_PROPERTY:openvino::runtime,INTERFACE_INCLUDE_DIRECTORIES>")

include(PithLlama)

if(PITH_DEVELOPER)
  find_package(GTest REQUIRED)
  find_package(benchmark REQUIRED)
endif()
