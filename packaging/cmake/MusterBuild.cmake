# How every target of ours is compiled: language level, warnings, sanitizers, output folders.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# -O3 costs build time and buys nothing here: what is hot is in libraries.
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(MUSTER_PLUGIN_OUTPUT_DIR ${CMAKE_BINARY_DIR}/lib/muster/plugins)

find_program(MUSTER_CCACHE ccache)
if(MUSTER_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${MUSTER_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${MUSTER_CCACHE})
endif()

add_library(muster_warnings INTERFACE)
target_compile_options(muster_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual>
  # g++ 12 is wrong about these once it inlines std::optional, std::string and std::vector (for example
  # GCC bugs 105562 and 105329).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<NOT:$<CONFIG:Debug>>>:-Wno-maybe-uninitialized -Wno-restrict
    -Wno-stringop-overread -Wno-stringop-overflow -Wno-array-bounds>
  $<$<BOOL:${MUSTER_WERROR}>:-Werror>)

add_library(muster_sanitizers INTERFACE)
if(MUSTER_SANITIZE)
  target_compile_options(muster_sanitizers INTERFACE
    -fsanitize=${MUSTER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(muster_sanitizers INTERFACE -fsanitize=${MUSTER_SANITIZE})
endif()

# muster_compile_settings(TARGET): the flags that all code of ours shares.
function(muster_compile_settings target)
  target_link_libraries(${target} PRIVATE
    $<BUILD_INTERFACE:muster_warnings> $<BUILD_INTERFACE:muster_sanitizers>)
  target_compile_options(${target} PRIVATE
    $<$<CONFIG:Release>:-fstack-protector-strong -D_FORTIFY_SOURCE=2>)
endfunction()

# muster_view(VARIABLE ROOT FOLDER): an include directory in the build tree that holds one folder of ROOT and no other.
# The parts of core lie side by side; through views a part's headers are found only by who may include them.
function(muster_view variable root folder)
  string(REPLACE / - name ${root}/${folder})
  set(view ${PROJECT_BINARY_DIR}/views/${name})
  cmake_path(GET folder PARENT_PATH parent)
  file(MAKE_DIRECTORY ${view}/${parent})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${root}/${folder} ${view}/${folder} SYMBOLIC)
  set(${variable} ${view} PARENT_SCOPE)
endfunction()

# muster_see_sources(TARGET PARTS...): lets TARGET include the private headers of these parts of core.
function(muster_see_sources target)
  foreach(part ${ARGN})
    muster_view(view core/src ${part})
    target_include_directories(${target} PRIVATE ${view})
  endforeach()
endfunction()

# muster_add_library(NAME [PART part] SOURCES ... [PUBLIC ...] [PRIVATE ...]): a static library of core, named
# muster_NAME, alias muster::NAME, of the part NAME unless told otherwise. Who links it finds that part's headers.
function(muster_add_library name)
  cmake_parse_arguments(arg "" "PART" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  if(NOT arg_PART)
    set(arg_PART ${name})
  endif()
  add_library(muster_${name} STATIC ${arg_SOURCES})
  add_library(muster::${name} ALIAS muster_${name})
  muster_view(headers core/include muster/core/${arg_PART})
  target_include_directories(muster_${name} PUBLIC ${headers})
  muster_see_sources(muster_${name} ${arg_PART})
  target_link_libraries(muster_${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  muster_compile_settings(muster_${name})
endfunction()

# All that is installed, without the tests.
add_custom_target(programs)

# muster_add_program(NAME COMPONENT C SOURCES ... LIBRARIES ...): a program in bin/, installed with C.
function(muster_add_program name)
  cmake_parse_arguments(arg "" "COMPONENT" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES})
  target_link_options(${name} PRIVATE -Wl,--as-needed)
  muster_compile_settings(${name})
  add_dependencies(programs ${name})
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${arg_COMPONENT})
endfunction()
