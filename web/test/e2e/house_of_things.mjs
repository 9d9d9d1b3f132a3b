// A device of every kind, described as Home Assistant discovery does, for tests and pictures. One message describes it all.

const base = 'maison/tout';
const topic = (name) => `${base}/${name}`;

export const everything = {
  device: {identifiers: ['everything'], name: 'Appareil à tout faire', manufacturer: 'Atelier', model: 'A tout', sw_version: '1.4.2',
    suggested_area: 'Atelier', configuration_url: 'http://127.0.0.1/device'},
  origin: {name: 'test'},
  availability_topic: topic('availability'),
  components: {
    lamp: {platform: 'light', unique_id: 'e_lamp', name: 'Lampe', schema: 'json', state_topic: topic('lamp'), command_topic: topic('lamp/set'),
      supported_color_modes: ['color_temp', 'xy'], brightness: true, brightness_scale: 254, min_mireds: 153, max_mireds: 500, effect: true,
      effect_list: ['blink', 'breathe']},
    shutter: {platform: 'cover', unique_id: 'e_cover', name: 'Volet', command_topic: topic('cover/set'), position_topic: topic('cover/position'),
      set_position_topic: topic('cover/position/set'), state_topic: topic('cover')},
    heating: {platform: 'climate', unique_id: 'e_climate', name: 'Chauffage', modes: ['off', 'heat', 'auto'], min_temp: 7, max_temp: 28, temp_step: 0.5,
      mode_state_topic: topic('climate/mode'), mode_command_topic: topic('climate/mode/set'), temperature_state_topic: topic('climate/target'),
      temperature_command_topic: topic('climate/target/set'), current_temperature_topic: topic('climate/now'),
      action_topic: topic('climate/action')},
    fan: {platform: 'fan', unique_id: 'e_fan', name: 'Ventilateur', state_topic: topic('fan'), command_topic: topic('fan/set'),
      percentage_state_topic: topic('fan/speed'), percentage_command_topic: topic('fan/speed/set'), preset_modes: ['auto', 'sleep'],
      preset_mode_state_topic: topic('fan/preset'), preset_mode_command_topic: topic('fan/preset/set')},
    lock: {platform: 'lock', unique_id: 'e_lock', name: 'Serrure', state_topic: topic('lock'), command_topic: topic('lock/set')},
    siren: {platform: 'siren', unique_id: 'e_siren', name: 'Sirène', state_topic: topic('siren'), command_topic: topic('siren/set'),
      available_tones: ['fire', 'burglar']},
    sensitivity: {platform: 'number', unique_id: 'e_number', name: 'Sensibilité', state_topic: topic('number'), command_topic: topic('number/set'),
      min: 0, max: 10, step: 1},
    profile: {platform: 'select', unique_id: 'e_select', name: 'Profil', state_topic: topic('select'), command_topic: topic('select/set'),
      options: ['eco', 'comfort']},
    chime: {platform: 'button', unique_id: 'e_button', name: 'Carillon', command_topic: topic('button/set')},
    label: {platform: 'text', unique_id: 'e_text', name: 'Affichage', state_topic: topic('text'), command_topic: topic('text/set')},
    robot: {platform: 'vacuum', unique_id: 'e_vacuum', name: 'Aspirateur', state_topic: topic('vacuum'), command_topic: topic('vacuum/set'),
      set_fan_speed_topic: topic('vacuum/speed/set'), fan_speed_list: ['low', 'high'],
      supported_features: ['start', 'pause', 'stop', 'return_home', 'fan_speed']},
    water: {platform: 'valve', unique_id: 'e_valve', name: 'Vanne', state_topic: topic('valve'), command_topic: topic('valve/set')},
    humidifier: {platform: 'humidifier', unique_id: 'e_humidifier', name: 'Humidificateur', state_topic: topic('humidifier'),
      command_topic: topic('humidifier/set'), target_humidity_state_topic: topic('humidifier/target'),
      target_humidity_command_topic: topic('humidifier/target/set'), min_humidity: 30, max_humidity: 70},
    firmware: {platform: 'update', unique_id: 'e_update', name: 'Micrologiciel', state_topic: topic('update'), command_topic: topic('update/set'),
      payload_install: 'install', entity_category: 'config'},
    temperature: {platform: 'sensor', unique_id: 'e_temperature', device_class: 'temperature', unit_of_measurement: '°C', state_class: 'measurement',
      state_topic: topic('temperature')},
    door: {platform: 'binary_sensor', unique_id: 'e_door', name: 'Porte', device_class: 'door', state_topic: topic('door')},
    meter: {platform: 'sensor', unique_id: 'e_power', device_class: 'power', unit_of_measurement: 'W', state_topic: topic('power')},
    porch: {platform: 'camera', unique_id: 'e_camera', name: 'Perron', topic: topic('camera'), image_encoding: 'b64'},
    player: {platform: 'media_player', unique_id: 'e_player', name: 'Chaîne', state_state_topic: topic('player'), state_title_topic: topic('player/title'),
      state_volume_topic: topic('player/volume'), command_volume_topic: topic('player/volume/set'), command_play_topic: topic('player/set'),
      command_pause_topic: topic('player/set'), command_next_topic: topic('player/set'), state_source_topic: topic('player/source'),
      command_source_topic: topic('player/source/set'), source_list: ['Radio', 'Vinyle']},
    link: {platform: 'sensor', unique_id: 'e_link', name: 'Qualité du lien', unit_of_measurement: 'lqi', entity_category: 'diagnostic',
      state_topic: topic('link')},
  },
};

export const topicOf = topic;
export const discoveryTopic = 'homeassistant/device/everything/config';

/** What each part says; plain texts are sent as they are. */
export const states = {
  lamp: JSON.stringify({state: 'ON', brightness: 127, color_mode: 'color_temp', color_temp: 370}),
  cover: 'open', 'cover/position': '60', 'climate/mode': 'heat', 'climate/target': '20.5', 'climate/now': '19.2', 'climate/action': 'heating',
  fan: 'ON', 'fan/speed': '40', 'fan/preset': 'auto', lock: 'LOCKED', siren: 'OFF', number: '4', select: 'eco', text: 'Bonjour',
  vacuum: JSON.stringify({state: 'docked', fan_speed: 'low'}), valve: 'closed', humidifier: 'ON', 'humidifier/target': '45',
  update: JSON.stringify({installed_version: '1.4.2', latest_version: '1.5.0'}), temperature: '21.5', door: 'ON', power: '84', link: '120',
  player: 'paused', 'player/title': 'So What', 'player/volume': '0.4', 'player/source': 'Radio',
};
