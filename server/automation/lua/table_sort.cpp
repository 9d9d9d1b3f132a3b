#include "automation/lua/budget.h"
#include "automation/lua/resumable.h"

#include <array>
#include <new>
#include <type_traits>

namespace atrium::automation::lua {

namespace {

// The quicksort of Lua 5.4 (ltablib.c), comparison by comparison, so that also an order function that contradicts
// itself has the results of stock Lua. Its recursion is a list of intervals here, and where it draws lots we do not.

constexpr int table = 1, order = 2, kept = 3; ///< places on the stack

class Sorting {
public:
    explicit Sorting(unsigned size) : lo_(1), up_(size) {}

    struct Operands {
        int first, second; ///< relative to the top of the stack
    };
    /// Pushes the items of the comparison that is wanted next: whether the first comes before the second.
    Operands push(lua_State* state);
    /// Takes its result; false when all is sorted.
    bool take(lua_State* state, bool isLess);

private:
    enum class Asked { UpBeforeLo, MiddleBeforeLo, UpBeforeMiddle, BeforePivot, AfterPivot };
    /// What is left to sort, and how its pivot is chosen.
    struct Interval {
        unsigned lo, up, random;
    };
    bool chooseMiddle();
    bool beginPartition(lua_State* state);
    bool split(unsigned middle);
    bool nextInterval();

    Asked asked_ = Asked::UpBeforeLo;
    unsigned lo_, up_, random_ = 0;
    unsigned middle_ = 0, i_ = 0, j_ = 0;
    int waiting_ = 0;
    std::array<Interval, 32> intervals_; ///< the larger halves: at most one for each bit of the size
};

void swap(lua_State* state, unsigned i, unsigned j)
{
    lua_rawseti(state, table, i);
    lua_rawseti(state, table, j);
}

Sorting::Operands Sorting::push(lua_State* state)
{
    switch (asked_) {
    case Asked::UpBeforeLo:
        lua_rawgeti(state, table, lo_);
        lua_rawgeti(state, table, up_);
        return {-1, -2};
    case Asked::MiddleBeforeLo:
        lua_rawgeti(state, table, middle_);
        lua_rawgeti(state, table, lo_);
        return {-2, -1};
    case Asked::UpBeforeMiddle: lua_rawgeti(state, table, up_); return {-1, -2};
    // The stack holds the pivot; then also the item that belongs behind it.
    case Asked::BeforePivot: lua_rawgeti(state, table, ++i_); return {-1, -2};
    case Asked::AfterPivot: lua_rawgeti(state, table, --j_); break;
    }
    return {-3, -1};
}

bool Sorting::take(lua_State* state, bool isLess)
{
    switch (asked_) {
    case Asked::UpBeforeLo:
        if (isLess) swap(state, lo_, up_);
        else lua_pop(state, 2);
        return chooseMiddle();
    case Asked::MiddleBeforeLo:
        if (isLess) {
            swap(state, middle_, lo_);
            return beginPartition(state);
        }
        lua_pop(state, 1);
        asked_ = Asked::UpBeforeMiddle;
        return true;
    case Asked::UpBeforeMiddle:
        if (isLess) swap(state, middle_, up_);
        else lua_pop(state, 2);
        return beginPartition(state);
    case Asked::BeforePivot:
        if (isLess) {
            if (i_ == up_ - 1) luaL_error(state, "invalid order function for sorting");
            lua_pop(state, 1);
        }
        else asked_ = Asked::AfterPivot;
        return true;
    case Asked::AfterPivot: break;
    }
    if (isLess) {
        if (j_ < i_) luaL_error(state, "invalid order function for sorting");
        lua_pop(state, 1);
        return true;
    }
    if (j_ < i_) {
        lua_pop(state, 1);
        swap(state, up_ - 1, i_); // the pivot to its place
        return split(i_);
    }
    swap(state, i_, j_);
    asked_ = Asked::BeforePivot;
    return true;
}

bool Sorting::chooseMiddle()
{
    constexpr unsigned large = 100;
    if (up_ - lo_ == 1) return nextInterval();
    const unsigned quarter = (up_ - lo_) / 4;
    middle_ = up_ - lo_ < large || random_ == 0 ? (lo_ + up_) / 2 : random_ % (quarter * 2) + lo_ + quarter;
    asked_ = Asked::MiddleBeforeLo;
    return true;
}

bool Sorting::beginPartition(lua_State* state)
{
    if (up_ - lo_ == 2) return nextInterval();
    lua_rawgeti(state, table, middle_);
    lua_pushvalue(state, -1);
    lua_rawgeti(state, table, up_ - 1);
    swap(state, middle_, up_ - 1);
    i_ = lo_;
    j_ = up_ - 1;
    asked_ = Asked::BeforePivot;
    return true;
}

/// The smaller half first: so there are few intervals at a time.
bool Sorting::split(unsigned middle)
{
    const Interval lower{lo_, middle - 1, random_}, upper{middle + 1, up_, random_};
    const bool lowerFirst = middle - lo_ < up_ - middle;
    const auto smaller = lowerFirst ? lower : upper;
    auto larger = lowerFirst ? upper : lower;
    const auto size = lowerFirst ? middle - lo_ : up_ - middle;
    constexpr unsigned lot = 0x9E3779B9; // stock Lua asks the clock; a run must sort the same way in its next life
    if ((larger.up - larger.lo) / 128 > size) larger.random = lot;
    intervals_[static_cast<std::size_t>(waiting_++)] = larger;
    intervals_[static_cast<std::size_t>(waiting_++)] = smaller;
    return nextInterval();
}

bool Sorting::nextInterval()
{
    while (waiting_ > 0) {
        const auto& interval = intervals_[static_cast<std::size_t>(--waiting_)];
        if (interval.lo >= interval.up) continue;
        lo_ = interval.lo;
        up_ = interval.up;
        random_ = interval.random;
        asked_ = Asked::UpBeforeLo;
        return true;
    }
    return false;
}

static_assert(std::is_trivially_destructible_v<Sorting>, "it lives in memory of Lua");

int sortOn(lua_State* state);

int afterComparison(lua_State* state, int, lua_KContext)
{
    const bool isLess = lua_toboolean(state, -1) != 0;
    lua_pop(state, 1);
    return static_cast<Sorting*>(lua_touserdata(state, kept))->take(state, isLess) ? sortOn(state) : 0;
}

int afterPause(lua_State* state, int, lua_KContext) { return sortOn(state); }

/// Pushes what decides the order, a function of the script or the `__lt` of an item; false when Lua itself knows.
bool pushOrder(lua_State* state, int first, int second)
{
    if (!lua_isnil(state, order)) {
        lua_pushvalue(state, order);
        return true;
    }
    const auto mayDecide = [&](int item) { return lua_type(state, item) >= LUA_TTABLE; };
    return (mayDecide(first) && luaL_getmetafield(state, first, "__lt") != LUA_TNIL) ||
           (mayDecide(second) && luaL_getmetafield(state, second, "__lt") != LUA_TNIL);
}

int sortOn(lua_State* state)
{
    auto& sorting = *static_cast<Sorting*>(lua_touserdata(state, kept));
    bool isOver = false;
    while (!isOver) {
        if (Budget::mustPause(state)) return Budget::pause(state, 0, afterPause);
        const auto [first, second] = sorting.push(state);
        bool isLess = false;
        if (pushOrder(state, first, second)) {
            lua_pushvalue(state, first - 1);
            lua_pushvalue(state, second - 2);
            lua_callk(state, 2, 1, 0, afterComparison);
            isLess = lua_toboolean(state, -1) != 0;
            lua_pop(state, 1);
        }
        else isLess = lua_compare(state, first, second, LUA_OPLT) != 0;
        isOver = !sorting.take(state, isLess);
    }
    return 0;
}

} // namespace

int sortTable(lua_State* state)
{
    const auto size = lua_rawlen(state, table);
    if (size < 2) return 0;
    if (!lua_isnoneornil(state, order)) luaL_checktype(state, order, LUA_TFUNCTION);
    lua_settop(state, order);
    luaL_checkstack(state, 10, "sort");
    new (lua_newuserdatauv(state, sizeof(Sorting), 0)) Sorting(static_cast<unsigned>(size));
    return sortOn(state);
}

} // namespace atrium::automation::lua
