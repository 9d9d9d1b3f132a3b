// Pages that are loaded when they are opened.

import type {ComponentType} from 'preact';
import {useEffect, useState} from 'preact/hooks';
import {texts} from '../i18n.ts';
import {Empty, Skeleton} from './empty.tsx';

/** A page whose code comes with `load`; it is asked for once. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [, setCount] = useState(0);
    const [isLost, setLost] = useState(false);
    useEffect(() => {
      let current = true;
      if (!known) load().then((page) => { known = page; if (current) setCount(1); }, () => current && setLost(true));
      return () => { current = false; };
    }, []);
    if (known) {
      const Page = known;
      return <Page {...props} />;
    }
    // The server was built anew while this window was open, or it is away.
    return isLost
      ? <Empty icon="alert" title={texts.value.unreachable}><button type="button" class="secondary" onClick={() => location.reload()}>{texts.value.retry}</button></Empty>
      : <Skeleton tiles={2} />;
  };
}
