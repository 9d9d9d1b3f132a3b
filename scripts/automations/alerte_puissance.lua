-- Tells the house when the kitchen plug draws more than 2000 W, and when that is over.
local plug = device "cuisine/prise"

rule "Alerte de puissance" {
  on  = { plug.power:above(2000, { hysteresis = 200 }) },
  mode = "single",
  store = { alerts = 0 },
  run = function(ev, store)
    store.alerts = store.alerts + 1
    mqtt.publish("atrium/alertes/puissance",
                 { device = plug.uid, power = ev.new, limit = 2000, count = store.alerts }, { qos = 1 })
    log.warn(plug.name, "draws", ev.new, "W")
  end,
}

rule "Fin d'alerte de puissance" {
  on  = { plug.power:below(1800, { hysteresis = 200 }) },
  run = function(ev)
    mqtt.publish("atrium/alertes/puissance", { device = plug.uid, power = ev.new, over = true }, { qos = 1 })
  end,
}
