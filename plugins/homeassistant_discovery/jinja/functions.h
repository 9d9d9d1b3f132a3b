#pragma once

#include "var.h"

#include <string>
#include <string_view>

namespace atrium::jinja {

bool isFilter(std::string_view name);
bool isTest(std::string_view name);
/// Throws RenderError for what does not fit.
Var applyFilter(const std::string& name, const Var& value, const Call& call);
bool applyTest(const std::string& name, const Var& value, const Call& call);
/// A global function such as `now`; undefined when there is none of that name.
Var findFunction(std::string_view name);
/// A method or property that Python's own types have (`value.lower`, `d.get`); undefined when there is none.
Var findMethod(const Var& object, std::string_view name);

} // namespace atrium::jinja
