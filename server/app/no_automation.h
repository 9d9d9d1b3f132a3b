#pragma once
#include "atrium/automation.h"
namespace atrium::app { struct NoAutomation : Automation { Subscription addModule(AutomationModule) override { return {}; } void raiseEvent(std::string, Object, const Cause&) override {} }; }
