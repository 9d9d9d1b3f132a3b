#pragma once

#include "automation/suggestion.h"

#include <lua.h>

#include <set>
#include <string>
#include <vector>

namespace atrium::automation::lua {

/// What the text of a compiled chunk says about names, all functions in it included.
struct ChunkNames {
    struct Use {
        std::string name;
        std::string member; ///< `name.member`, where that is read right away
        int line = 0;
    };
    std::vector<Use> reads;          ///< of global names
    std::set<std::string> assigned;  ///< global names
    std::set<std::string> members;   ///< assigned to fields of any table
    std::set<std::string> constants; ///< all short text constants: field names, method names, words
    int toBeClosedLine = 0;          ///< the first `local x <close>`; 0 = none
};

/// Reads the names from the function on top of the stack, which must have been compiled from text by this very Lua
/// (its bytecode layout is the one of Lua 5.4). Raises no Lua error and leaves the stack as it was. Empty names when
/// the layout is not understood: the check at run time still stands.
ChunkNames readChunkNames(lua_State* state);

} // namespace atrium::automation::lua
