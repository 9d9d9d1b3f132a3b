#include "ast.h"
#include "functions.h"
#include "scope.h"

#include <algorithm>

namespace atrium::jinja {

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

template <class Node, class... Parts>
std::unique_ptr<const Node> make(Parts&&... parts)
{
    return std::make_unique<const Node>(std::forward<Parts>(parts)...);
}

} // namespace

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

} // namespace atrium::jinja
