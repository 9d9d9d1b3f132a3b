#include "ast.h"
#include "functions.h"
#include "scope.h"

#include <algorithm>
#include <cmath>

namespace atrium::jinja {

Var Scope::find(std::string_view name) const
{
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame)
        for (const auto& [known, value] : *frame)
            if (known == name) return value;
    for (const auto& [known, value] : context_.variables)
        if (known == name) return value;
    return findFunction(name);
}

void Scope::set(const std::string& name, Var value)
{
    for (auto& [known, old] : frames_.back())
        if (known == name) {
            old = std::move(value);
            return;
        }
    frames_.back().emplace_back(name, std::move(value));
}

namespace {

Call evaluated(const Arguments& arguments, Scope& scope)
{
    Call call;
    call.now = scope.context().now;
    for (const auto& argument : arguments.positional) call.positional.push_back(argument->evaluate(scope));
    for (const auto& [name, argument] : arguments.named) call.named.emplace_back(name, argument->evaluate(scope));
    return call;
}

struct Constant : Expression {
    Var value;
    explicit Constant(Var value) : value(std::move(value)) {}
    Var evaluate(Scope&) const override { return value; }
};

struct Name : Expression {
    std::string text;
    explicit Name(std::string text) : text(std::move(text)) {}
    Var evaluate(Scope& scope) const override
    {
        scope.step();
        return scope.find(text);
    }
    const std::string* name() const override { return &text; }
};

struct Member : Expression {
    ExpressionPtr object;
    std::string key;
    Member(ExpressionPtr object, std::string key) : object(std::move(object)), key(std::move(key)) {}
    Var evaluate(Scope& scope) const override
    {
        scope.step();
        const Var from = object->evaluate(scope);
        if (from.isUndefined()) throw RenderError("an undefined value has no '" + key + "'");
        const auto* mapping = from.as<Mapping>();
        if (!mapping || !mapping->isNamespace)
            if (Var method = findMethod(from, key); !method.isUndefined()) return method;
        return from.at(key);
    }
};

struct Item : Expression {
    ExpressionPtr object, key;
    Item(ExpressionPtr object, ExpressionPtr key) : object(std::move(object)), key(std::move(key)) {}
    Var evaluate(Scope& scope) const override
    {
        scope.step();
        const Var from = object->evaluate(scope);
        const Var at = key->evaluate(scope);
        Var found = from.at(at);
        if (found.isUndefined() && at.isText()) found = findMethod(from, *at.as<std::string>());
        return found;
    }
};

struct Slice : Expression {
    ExpressionPtr object, start, stop, step;
    Slice(ExpressionPtr object, ExpressionPtr start, ExpressionPtr stop, ExpressionPtr step)
        : object(std::move(object)), start(std::move(start)), stop(std::move(stop)), step(std::move(step))
    {}
    Var evaluate(Scope& scope) const override
    {
        scope.step();
        const Var from = object->evaluate(scope);
        if (from.isUndefined() || from.pairs()) throw RenderError(std::string(from.kindName()) + " has no slices");
        const Vars all = from.elements();
        const auto size = static_cast<std::int64_t>(all.size());
        const auto bound = [&](const ExpressionPtr& part, std::int64_t fallback, std::int64_t least,
                               std::int64_t most) {
            if (!part) return fallback;
            const Var value = part->evaluate(scope);
            if (value.isNone()) return fallback;
            const auto index = value.integer();
            return std::clamp(index < 0 ? index + size : index, least, most);
        };
        const Var stepValue = step ? step->evaluate(scope) : Var(1);
        const auto by = stepValue.isNone() ? 1 : stepValue.integer();
        if (by == 0) throw RenderError("a slice cannot step by 0");
        Vars picked;
        const auto first = by > 0 ? bound(start, 0, 0, size) : bound(start, size - 1, -1, size - 1);
        const auto last = by > 0 ? bound(stop, size, 0, size) : bound(stop, -1, -1, size - 1);
        for (auto i = first; by > 0 ? i < last : i > last; i += by) picked.push_back(all[static_cast<std::size_t>(i)]);
        if (!from.isText()) return from.as<Sequence>()->isTuple ? Var::tuple(picked) : Var::list(picked);
        std::string text;
        for (const auto& letter : picked) text += *letter.as<std::string>();
        return text;
    }
};

struct Invocation : Expression {
    ExpressionPtr function;
    Arguments arguments;
    Invocation(ExpressionPtr function, Arguments arguments)
        : function(std::move(function)), arguments(std::move(arguments))
    {}
    Var evaluate(Scope& scope) const override
    {
        scope.step();
        const Var callee = function->evaluate(scope);
        const auto* callable = callee.as<std::shared_ptr<Callable>>();
        if (!callable) throw RenderError(std::string(callee.kindName()) + " is not callable");
        return (**callable)(evaluated(arguments, scope));
    }
};

struct Filter : Expression {
    ExpressionPtr value;
    std::string filter;
    Arguments arguments;
    Filter(ExpressionPtr value, std::string filter, Arguments arguments)
        : value(std::move(value)), filter(std::move(filter)), arguments(std::move(arguments))
    {}
    Var evaluate(Scope& scope) const override
    {
        scope.step();
        const Var input = value->evaluate(scope);
        return applyFilter(filter, input, evaluated(arguments, scope));
    }
};

struct Test : Expression {
    ExpressionPtr value;
    std::string test;
    Arguments arguments;
    bool negated;
    Test(ExpressionPtr value, std::string test, Arguments arguments, bool negated)
        : value(std::move(value)), test(std::move(test)), arguments(std::move(arguments)), negated(negated)
    {}
    Var evaluate(Scope& scope) const override
    {
        scope.step();
        const Var input = value->evaluate(scope);
        return applyTest(test, input, evaluated(arguments, scope)) != negated;
    }
};

struct Unary : Expression {
    char operation;
    ExpressionPtr operand;
    Unary(char operation, ExpressionPtr operand) : operation(operation), operand(std::move(operand)) {}
    Var evaluate(Scope& scope) const override
    {
        scope.step();
        const Var value = operand->evaluate(scope);
        if (operation == '!') return !value.truth();
        if (value.isIntegral()) return operation == '-' ? -value.integer() : value.integer();
        return operation == '-' ? -value.number() : value.number();
    }
};

Var repeated(const Var& what, std::int64_t times, Scope& scope)
{
    const auto count = static_cast<std::size_t>(std::max<std::int64_t>(times, 0));
    if (const auto* text = what.as<std::string>()) {
        if (!text->empty()) scope.checkSize(count > Scope::maxOutput ? count : count * text->size());
        std::string out;
        if (!text->empty())
            for (std::size_t i = 0; i < count; ++i) out += *text;
        return out;
    }
    Vars out;
    scope.checkSize(count > Scope::maxOutput ? count : count * what.items()->size() * 16);
    for (std::size_t i = 0; i < count; ++i) out.insert(out.end(), what.items()->begin(), what.items()->end());
    return Var::list(std::move(out));
}

Var arithmetic(const std::string& operation, const Var& left, const Var& right, Scope& scope)
{
    const auto fail = [&]() -> Var {
        throw RenderError("'" + operation + "' does not take " + left.kindName() + " and " + right.kindName());
    };
    if (operation == "~") {
        std::string text = left.text() + right.text();
        scope.checkSize(text.size());
        return text;
    }
    if (operation == "+" && left.isText() && right.isText()) {
        std::string text = left.text() + right.text();
        scope.checkSize(text.size());
        return text;
    }
    if (operation == "+" && left.items() && right.items()) {
        Vars items = *left.items();
        items.insert(items.end(), right.items()->begin(), right.items()->end());
        return left.as<Sequence>()->isTuple ? Var::tuple(std::move(items)) : Var::list(std::move(items));
    }
    if (operation == "*" && (left.isText() || left.items()) && right.isIntegral())
        return repeated(left, right.integer(), scope);
    if (operation == "*" && (right.isText() || right.items()) && left.isIntegral())
        return repeated(right, left.integer(), scope);
    if (operation == "-" && left.as<Moment>() && right.as<Moment>())
        return std::chrono::duration<double>(left.as<Moment>()->at - right.as<Moment>()->at).count();
    if (operation == "%" && left.isText()) {
        return applyFilter("format", left, {{}, right.items() ? *right.items() : Vars{right}, {}});
    }
    if (!left.isNumeric() || !right.isNumeric()) return fail();

    const bool whole = left.isIntegral() && right.isIntegral();
    const double a = left.number(), b = right.number();
    if ((operation == "/" || operation == "//" || operation == "%") && b == 0) throw RenderError("division by zero");
    if (operation == "/") return a / b;
    if (operation == "**") {
        const double power = std::pow(a, b);
        if (whole && b >= 0 && std::abs(power) < 9e15) return static_cast<std::int64_t>(power);
        return power;
    }
    if (whole) {
        const auto x = left.integer(), y = right.integer();
        std::int64_t result = 0;
        if (operation == "+" && !__builtin_add_overflow(x, y, &result)) return result;
        if (operation == "-" && !__builtin_sub_overflow(x, y, &result)) return result;
        if (operation == "*" && !__builtin_mul_overflow(x, y, &result)) return result;
        if (y != -1 && (operation == "//" || operation == "%")) {
            auto quotient = x / y, rest = x % y;
            if (rest != 0 && (rest < 0) != (y < 0)) { // Python rounds down, C++ towards zero
                --quotient;
                rest += y;
            }
            return operation == "//" ? quotient : rest;
        }
    }
    if (operation == "+") return a + b;
    if (operation == "-") return a - b;
    if (operation == "*") return a * b;
    if (operation == "//") return whole ? Var(static_cast<std::int64_t>(0 - a)) : Var(std::floor(a / b));
    if (operation == "%") {
        if (whole) return 0;
        const double rest = std::fmod(a, b);
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }
    return fail();
}

struct Binary : Expression {
    std::string operation;
    ExpressionPtr left, right;
    Binary(std::string operation, ExpressionPtr left, ExpressionPtr right)
        : operation(std::move(operation)), left(std::move(left)), right(std::move(right))
    {}
    Var evaluate(Scope& scope) const override
    {
        scope.step();
        const Var a = left->evaluate(scope);
        return arithmetic(operation, a, right->evaluate(scope), scope);
    }
};

struct Logic : Expression {
    bool isAnd;
    ExpressionPtr left, right;
    Logic(bool isAnd, ExpressionPtr left, ExpressionPtr right)
        : isAnd(isAnd), left(std::move(left)), right(std::move(right))
    {}
    Var evaluate(Scope& scope) const override
    {
        scope.step();
        Var first = left->evaluate(scope);
        return first.truth() == isAnd ? right->evaluate(scope) : first;
    }
};

struct Comparison : Expression {
    ExpressionPtr first;
    std::vector<std::pair<std::string, ExpressionPtr>> rest;
    Comparison(ExpressionPtr first, std::vector<std::pair<std::string, ExpressionPtr>> rest)
        : first(std::move(first)), rest(std::move(rest))
    {}
    static bool holds(const std::string& operation, const Var& a, const Var& b)
    {
        if (operation == "==") return a == b;
        if (operation == "!=") return !(a == b);
        if (operation == "in") return b.contains(a);
        if (operation == "not in") return !b.contains(a);
        if (operation == "<") return a.lessThan(b);
        if (operation == ">") return b.lessThan(a);
        const bool ordered = operation == "<=" ? a.lessThan(b) : b.lessThan(a);
        return ordered || a == b;
    }
    Var evaluate(Scope& scope) const override
    {
        scope.step();
        Var left = first->evaluate(scope);
        for (const auto& [operation, operand] : rest) {
            Var right = operand->evaluate(scope);
            if (!holds(operation, left, right)) return false;
            left = std::move(right);
        }
        return true;
    }
};

struct Choice : Expression {
    ExpressionPtr condition, then, otherwise;
    Choice(ExpressionPtr condition, ExpressionPtr then, ExpressionPtr otherwise)
        : condition(std::move(condition)), then(std::move(then)), otherwise(std::move(otherwise))
    {}
    Var evaluate(Scope& scope) const override
    {
        scope.step();
        return condition->evaluate(scope).truth() ? then->evaluate(scope) : otherwise->evaluate(scope);
    }
};

struct ListLiteral : Expression {
    std::vector<ExpressionPtr> items;
    bool isTuple;
    ListLiteral(std::vector<ExpressionPtr> items, bool isTuple) : items(std::move(items)), isTuple(isTuple) {}
    Var evaluate(Scope& scope) const override
    {
        scope.step();
        Vars values;
        for (const auto& item : items) values.push_back(item->evaluate(scope));
        return isTuple ? Var::tuple(std::move(values)) : Var::list(std::move(values));
    }
};

struct DictLiteral : Expression {
    std::vector<std::pair<ExpressionPtr, ExpressionPtr>> items;
    explicit DictLiteral(std::vector<std::pair<ExpressionPtr, ExpressionPtr>> items) : items(std::move(items)) {}
    Var evaluate(Scope& scope) const override
    {
        scope.step();
        Pairs pairs;
        for (const auto& [key, value] : items) {
            Var name = key->evaluate(scope);
            Var content = value->evaluate(scope);
            const auto known =
                std::find_if(pairs.begin(), pairs.end(), [&](const auto& pair) { return pair.first == name; });
            if (known != pairs.end()) known->second = std::move(content);
            else pairs.emplace_back(std::move(name), std::move(content));
        }
        return Var::dict(std::move(pairs));
    }
};

struct TextNode : Statement {
    std::string text;
    explicit TextNode(std::string text) : text(std::move(text)) {}
    Flow run(Scope&, std::string& out) const override
    {
        out += text;
        return Flow::Next;
    }
};

struct Output : Statement {
    ExpressionPtr value;
    explicit Output(ExpressionPtr value) : value(std::move(value)) {}
    Flow run(Scope& scope, std::string& out) const override
    {
        out += value->evaluate(scope).text();
        scope.checkSize(out.size());
        return Flow::Next;
    }
};

struct If : Statement {
    std::vector<std::pair<ExpressionPtr, Block>> branches;
    Block otherwise;
    If(std::vector<std::pair<ExpressionPtr, Block>> branches, Block otherwise)
        : branches(std::move(branches)), otherwise(std::move(otherwise))
    {}
    Flow run(Scope& scope, std::string& out) const override
    {
        for (const auto& [condition, block] : branches)
            if (condition->evaluate(scope).truth()) return runBlock(block, scope, out);
        return runBlock(otherwise, scope, out);
    }
};

struct For : Statement {
    Target target;
    ExpressionPtr items, condition;
    Block body, otherwise;
    For(Target target, ExpressionPtr items, ExpressionPtr condition, Block body, Block otherwise)
        : target(std::move(target)), items(std::move(items)), condition(std::move(condition)), body(std::move(body)),
          otherwise(std::move(otherwise))
    {}
    Flow run(Scope& scope, std::string& out) const override
    {
        Vars chosen;
        for (auto& item : items->evaluate(scope).elements()) {
            scope.step();
            if (condition) {
                const Scope::Frame frame(scope);
                target.fill(scope, item);
                if (!condition->evaluate(scope).truth()) continue;
            }
            chosen.push_back(std::move(item));
        }
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            scope.step();
            const Scope::Frame frame(scope);
            const auto index = static_cast<std::int64_t>(i), size = static_cast<std::int64_t>(chosen.size());
            scope.set("loop", Var::dict({{"index", index + 1},
                                         {"index0", index},
                                         {"revindex", size - index},
                                         {"revindex0", size - index - 1},
                                         {"first", i == 0},
                                         {"last", i + 1 == chosen.size()},
                                         {"length", size}}));
            target.fill(scope, chosen[i]);
            if (runBlock(body, scope, out) == Flow::Break) break;
        }
        return chosen.empty() ? runBlock(otherwise, scope, out) : Flow::Next;
    }
};

struct Set : Statement {
    Target target;
    ExpressionPtr value;
    Set(Target target, ExpressionPtr value) : target(std::move(target)), value(std::move(value)) {}
    Flow run(Scope& scope, std::string&) const override
    {
        target.fill(scope, value->evaluate(scope));
        return Flow::Next;
    }
};

struct SetBlock : Statement {
    Target target;
    Block body;
    SetBlock(Target target, Block body) : target(std::move(target)), body(std::move(body)) {}
    Flow run(Scope& scope, std::string&) const override
    {
        std::string text;
        runBlock(body, scope, text);
        target.fill(scope, std::move(text));
        return Flow::Next;
    }
};

struct Jump : Statement {
    Flow flow;
    explicit Jump(Flow flow) : flow(flow) {}
    Flow run(Scope&, std::string&) const override { return flow; }
};

template <class Node, class... Parts>
std::unique_ptr<const Node> make(Parts&&... parts)
{
    return std::make_unique<const Node>(std::forward<Parts>(parts)...);
}

} // namespace

Flow runBlock(const Block& block, Scope& scope, std::string& out)
{
    for (const auto& statement : block) {
        scope.step();
        if (const Flow flow = statement->run(scope, out); flow != Flow::Next) return flow;
    }
    return Flow::Next;
}

void Target::fill(Scope& scope, Var value) const
{
    if (!member.empty()) {
        const Var object = scope.find(names[0]);
        const auto* mapping = object.as<Mapping>();
        if (!mapping || !mapping->isNamespace) throw RenderError("only members of a namespace can be set");
        for (auto& [key, old] : *mapping->items)
            if (key == Var(member)) {
                old = std::move(value);
                return;
            }
        mapping->items->emplace_back(member, std::move(value));
        return;
    }
    if (!unpacks) return scope.set(names[0], std::move(value));
    const Vars parts = value.elements();
    if (parts.size() != names.size()) throw RenderError("another number of values than names");
    for (std::size_t i = 0; i < names.size(); ++i) scope.set(names[i], parts[i]);
}

ExpressionPtr makeConstant(Var value) { return make<Constant>(std::move(value)); }
ExpressionPtr makeName(std::string name) { return make<Name>(std::move(name)); }
ExpressionPtr makeMember(ExpressionPtr object, std::string name)
{
    return make<Member>(std::move(object), std::move(name));
}
ExpressionPtr makeItem(ExpressionPtr object, ExpressionPtr key)
{
    return make<Item>(std::move(object), std::move(key));
}
ExpressionPtr makeSlice(ExpressionPtr object, ExpressionPtr start, ExpressionPtr stop, ExpressionPtr step)
{
    return make<Slice>(std::move(object), std::move(start), std::move(stop), std::move(step));
}
ExpressionPtr makeCall(ExpressionPtr function, Arguments arguments)
{
    return make<Invocation>(std::move(function), std::move(arguments));
}
ExpressionPtr makeFilter(ExpressionPtr value, std::string name, Arguments arguments)
{
    return make<Filter>(std::move(value), std::move(name), std::move(arguments));
}
ExpressionPtr makeTest(ExpressionPtr value, std::string name, Arguments arguments, bool negated)
{
    return make<Test>(std::move(value), std::move(name), std::move(arguments), negated);
}
ExpressionPtr makeUnary(char operation, ExpressionPtr operand) { return make<Unary>(operation, std::move(operand)); }
ExpressionPtr makeBinary(std::string operation, ExpressionPtr left, ExpressionPtr right)
{
    return make<Binary>(std::move(operation), std::move(left), std::move(right));
}
ExpressionPtr makeLogic(std::string operation, ExpressionPtr left, ExpressionPtr right)
{
    return make<Logic>(operation == "and", std::move(left), std::move(right));
}
ExpressionPtr makeComparison(ExpressionPtr first, std::vector<std::pair<std::string, ExpressionPtr>> rest)
{
    return make<Comparison>(std::move(first), std::move(rest));
}
ExpressionPtr makeChoice(ExpressionPtr condition, ExpressionPtr then, ExpressionPtr otherwise)
{
    return make<Choice>(std::move(condition), std::move(then), std::move(otherwise));
}
ExpressionPtr makeList(std::vector<ExpressionPtr> items, bool isTuple)
{
    return make<ListLiteral>(std::move(items), isTuple);
}
ExpressionPtr makeDict(std::vector<std::pair<ExpressionPtr, ExpressionPtr>> items)
{
    return make<DictLiteral>(std::move(items));
}
StatementPtr makeText(std::string text) { return make<TextNode>(std::move(text)); }
StatementPtr makeOutput(ExpressionPtr value) { return make<Output>(std::move(value)); }
StatementPtr makeIf(std::vector<std::pair<ExpressionPtr, Block>> branches, Block otherwise)
{
    return make<If>(std::move(branches), std::move(otherwise));
}
StatementPtr makeFor(Target target, ExpressionPtr items, ExpressionPtr condition, Block body, Block otherwise)
{
    return make<For>(std::move(target), std::move(items), std::move(condition), std::move(body), std::move(otherwise));
}
StatementPtr makeSet(Target target, ExpressionPtr value) { return make<Set>(std::move(target), std::move(value)); }
StatementPtr makeSetBlock(Target target, Block body) { return make<SetBlock>(std::move(target), std::move(body)); }
StatementPtr makeJump(Flow flow) { return make<Jump>(flow); }

} // namespace atrium::jinja
