// Holds the tree's precompiled header; see CMakeLists.txt.
