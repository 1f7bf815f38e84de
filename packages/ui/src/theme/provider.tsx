import { FluentProvider } from '@fluentui/react-provider';
import type { ReactNode } from 'react';

// The tokens stand in tokens.css on the root element; an empty theme keeps Fluent from
// writing them a second time.
const fromStyleSheet = {};

/** Fluent's context for everything below. */
export function UiProvider({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <FluentProvider theme={fromStyleSheet} {...(className === undefined ? {} : { className })}>
      {children}
    </FluentProvider>
  );
}
