// What react.ts and vue.ts use of their frameworks. The package depends on neither: where one of
// the two entries is used, its framework is there, with types of its own.

declare module "react" {
  export type ReactNode = unknown;
  export interface Context<T> {
    Provider: (props: { value: T }) => ReactNode;
  }
  export function createContext<T>(value: T): Context<T>;
  export function createElement(type: unknown, props: object | null, ...rest: unknown[]): ReactNode;
  export function useContext<T>(context: Context<T>): T;
  export function useEffect(effect: () => void | (() => void), on: unknown[]): void;
  export function useMemo<T>(make: () => T, on: unknown[]): T;
  export function useState<T>(): [T | undefined, (value: T) => void];
  export function useSyncExternalStore<T>(
    subscribe: (told: () => void) => () => void,
    read: () => T,
    readOnServer: () => T,
  ): T;
}

declare module "vue" {
  export interface ShallowRef<T> {
    value: T;
  }
  export function onMounted(run: () => void): void;
  export function onUnmounted(run: () => void): void;
  export function shallowRef<T>(value: T): ShallowRef<T>;
}
