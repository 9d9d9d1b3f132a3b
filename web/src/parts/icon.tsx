// Line icons, drawn in one style on a grid of 24.

const paths: Record<string, string> = {
  light: 'M9 18h6M10 21h4M12 3a6 6 0 0 0-3.6 10.8c.8.7 1.1 1.3 1.1 2.2h5c0-.9.3-1.5 1.1-2.2A6 6 0 0 0 12 3z',
  climate: 'M12 3v18M4.2 7.5l15.6 9M19.8 7.5l-15.6 9M12 6l2-2M12 6l-2-2M12 18l2 2M12 18l-2 2',
  fan: 'M12 12m-1.6 0a1.6 1.6 0 1 0 3.2 0a1.6 1.6 0 1 0-3.2 0M12 10.4C9 7 10 3 13 3s3 4 .3 7.6M13.4 12.8c4.4 1.2 6.6 4.600 4.800 6.600s-5.600 0-6.200-4.800M10.600 12.800c-2.900 3.400-7 3.800-8 1.300s2.500-4.700 7-3.700',
  plug: 'M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4',
  sensor: 'M12 12m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0M8 8a5.700 5.700 0 0 0 0 8M16 8a5.700 5.700 0 0 1 0 8M5 5a9.900 9.900 0 0 0 0 14M19 5a9.900 9.900 0 0 1 0 14',
  motion: 'M12 12m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0M8 8a5.700 5.700 0 0 0 0 8M16 8a5.700 5.700 0 0 1 0 8M5 5a9.900 9.900 0 0 0 0 14M19 5a9.900 9.900 0 0 1 0 14',
  entertainment: 'M3 5h18v12H3zM8 21h8',
  appliance: 'M6 3h12v18H6zM6 10h12M9 6v1.500M9 13v2.500',
  home: 'M4 11l8-7 8 7v9h-5v-6H9v6H4z',
  bolt: 'M13 3L5 14h6l-1 7 8-11h-6z',
  settings: 'M4 7h10M18 7h2M4 17h2M10 17h10M16 7m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0M8 17m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0',
  play: 'M8 5l11 7-11 7z',
  alert: 'M12 4L2.500 20h19zM12 10v4M12 17v.100',
  shield: 'M12 3l7 3v5c0 4.500-3 8-7 10-4-2-7-5.500-7-10V6z',
  battery: 'M3 8h15v8H3zM21 11v2M6 11v2',
  search: 'M11 11m-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0M15.500 15.500L20 20',
  power: 'M12 3v8M7 6.300a7.500 7.500 0 1 0 10 0',
  publish: 'M4 12l16-8-5 16-3.500-6.500z',
  log: 'M5 6h14M5 12h14M5 18h9',
  wait: 'M12 12m-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0M12 8v4.500l3 2',
  call: 'M8 6l-5 6 5 6M16 6l5 6-5 6',
  minus: 'M6 12h12',
  plus: 'M12 6v12M6 12h12',
  back: 'M15 5l-7 7 7 7',
  close: 'M6 6l12 12M18 6L6 18',
  edit: 'M4 20l1-5L16 4l4 4L9 19zM13.500 6.500l4 4',
  bin: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v6M14 11v6',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  remote: 'M8 3h8v18H8zM12 7v.100M12 11v.100M10.500 15h3',
  vacuum: 'M12 12m-9 0a9 9 0 1 0 18 0a9 9 0 1 0-18 0M12 12m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0M5 7h14',
  valve: 'M4 9v8l8-4zM20 9v8l-8-4zM12 13V6M8 6h8',
  siren: 'M7 18v-6a5 5 0 0 1 10 0v6M4 21h16v-3H4zM12 3v1M4 6l1 1M20 6l-1 1',
  humidifier: 'M12 3c4 5 6 7.500 6 11a6 6 0 0 1-12 0c0-3.500 2-6 6-11z',
  button: 'M12 12m-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0M12 12m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0',
  calendar: 'M4 6h16v14H4zM4 10h16M8 3v5M16 3v5',
  lock: 'M6 11h12v10H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
  cover: 'M4 4h16M6 4v16M18 4v16M6 8h12M6 12h12M6 16h12',
  inbox: 'M4 5h16v14H4zM4 13h5l1.500 3h3L15 13h5',
};

export function Icon({name}: {name: string}) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name] ?? paths.appliance} />
    </svg>
  );
}
