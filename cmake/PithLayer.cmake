# pith_layer(<folder> SOURCES ... LINK ...): the static library pith_<folder> for one folder of src/. Layers may only link the
# layers below them; the order of add_subdirectory() in src/CMakeLists.txt is that ladder.
function(pith_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  add_library(pith_${name} STATIC ${ARG_SOURCES})
  target_include_directories(pith_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(pith_${name} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK} pith_warnings)
  target_link_libraries(pith_${name} PUBLIC pith_sanitize)
endfunction()
