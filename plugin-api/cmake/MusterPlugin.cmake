# muster_add_plugin(NAME SOURCES file... [LIBRARIES target...] [RAW] [TEST_ONLY])
#
# A plugin from the folder that it is called in: NAME.so, exporting the one symbol of the ABI, with
# plugin.yaml checked and embedded. Its target is plugin_NAME.
#
# C++ sources use the kit and include "NAME_plugin.hpp", which is generated from plugin.yaml: a missing
# handler does not compile. RAW sources, in whatever language, use <muster/plugin.h> alone and embed the
# manifest themselves, with `.incbin "manifest.json"`. TEST_ONLY plugins are not installed and need no
# README.md, sample.yaml and cases/.
#
# Works in Muster's own tree and out of it, after find_package(muster_plugin).

function(_muster_check_plugin_folder name)
  foreach(part README.md sample.yaml cases)
    if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${part})
      message(FATAL_ERROR "plugin ${name}: ${CMAKE_CURRENT_SOURCE_DIR}/${part} is missing")
    endif()
  endforeach()
endfunction()

# Sets `generated` in the caller to the sources that come from plugin.yaml.
function(_muster_generate name folder raw)
  set(manifest ${CMAKE_CURRENT_SOURCE_DIR}/plugin.yaml)
  set(json ${folder}/manifest.json)
  set(outputs ${json})
  set(arguments --manifest ${manifest} --json ${json})
  if(NOT raw)
    list(APPEND outputs ${folder}/${name}_plugin.hpp ${folder}/${name}_manifest.cpp)
    list(APPEND arguments
      --header ${folder}/${name}_plugin.hpp --source ${folder}/${name}_manifest.cpp)
    set_source_files_properties(${folder}/${name}_manifest.cpp PROPERTIES OBJECT_DEPENDS ${json})
  endif()
  add_custom_command(OUTPUT ${outputs}
    COMMAND muster-plugin generate ${arguments}
    DEPENDS ${manifest} muster-plugin
    COMMENT "Reading the manifest of ${name}" VERBATIM)
  set(generated ${outputs} PARENT_SCOPE)
endfunction()

function(muster_add_plugin name)
  cmake_parse_arguments(arg "RAW;TEST_ONLY" "" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/plugin.yaml)
    message(FATAL_ERROR "plugin ${name}: ${CMAKE_CURRENT_SOURCE_DIR}/plugin.yaml is missing")
  endif()
  set(output ${CMAKE_BINARY_DIR})
  if(MUSTER_PLUGIN_OUTPUT_DIR)
    set(output ${MUSTER_PLUGIN_OUTPUT_DIR})
  endif()
  if(arg_TEST_ONLY)
    set(output ${output}/../test-plugins)
    cmake_path(NORMAL_PATH output)
  else()
    _muster_check_plugin_folder(${name})
  endif()

  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${name}_generated)
  file(MAKE_DIRECTORY ${folder})
  _muster_generate(${name} ${folder} ${arg_RAW})

  set(target plugin_${name})
  set(map ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/muster_plugin.map)
  add_library(${target} MODULE ${arg_SOURCES} ${generated})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${name} PREFIX "" SUFFIX .so LIBRARY_OUTPUT_DIRECTORY ${output}
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS ${map})
  target_include_directories(${target} PRIVATE ${folder})
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES} muster::plugin_api)
  target_link_options(${target} PRIVATE
    -Wl,--version-script=${map} -Wl,-z,defs -Wl,-z,relro -Wl,-z,now -Wl,--as-needed)
  if(arg_RAW)
    # The assembler looks for manifest.json where the header would be.
    target_compile_options(${target} PRIVATE -Wa,-I${folder})
    set_source_files_properties(${arg_SOURCES} PROPERTIES OBJECT_DEPENDS ${folder}/manifest.json)
  else()
    target_compile_features(${target} PRIVATE cxx_std_20)
    if(NOT CMAKE_CXX_CLANG_TIDY) # it does not know the option
      target_compile_options(${target} PRIVATE
        $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
    endif()
    target_link_libraries(${target} PRIVATE muster::sdk)
  endif()
  if(COMMAND muster_compile_settings)
    muster_compile_settings(${target})
  endif()
  if(NOT arg_TEST_ONLY)
    if(TARGET programs)
      add_dependencies(programs ${target})
    endif()
    install(TARGETS ${target} LIBRARY DESTINATION lib/muster/plugins COMPONENT plugins)
    install(FILES README.md sample.yaml DESTINATION share/muster/plugins/${name} COMPONENT plugins)
  endif()
endfunction()
