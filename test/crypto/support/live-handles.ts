import type { MainModule } from 'node-seal'

interface Handle {
  isDeleted(): boolean
}

/** Counts native handles that were made, and those of them that are still alive. */
export interface HandleCounter {
  made(): number
  live(): number
}

type Callable = (...parameters: unknown[]) => unknown

/**
 * Watches every way in which embind gives out a handle: constructors, static functions and methods
 * of all classes of this instance. Install it before anything is made.
 */
export function countHandles(seal: MainModule): HandleCounter {
  const handles = new Set<Handle>()
  const note = (value: unknown) => {
    if (isHandle(value)) handles.add(value)
    return value
  }
  const classes = Object.entries(seal).filter(([, value]) => isClass(value))
  for (const [name, value] of classes) {
    watchMethods(value.prototype, note)
    const watched = new Proxy(value, {
      construct: (target, parameters) => note(Reflect.construct(target, parameters)) as object,
      get: (target, key) => watchStatic(target, key, note),
    })
    Object.defineProperty(seal, name, { value: watched })
  }
  return {
    made: () => handles.size,
    live: () => [...handles].filter((handle) => !handle.isDeleted()).length,
  }
}

function watchStatic(target: object, key: PropertyKey, note: (value: unknown) => unknown): unknown {
  const member = Reflect.get(target, key)
  if (typeof member !== 'function' || key === 'prototype') return member
  return (...parameters: unknown[]) => note(member.apply(target, parameters))
}

function watchMethods(prototype: object, note: (value: unknown) => unknown): void {
  for (const key of Object.getOwnPropertyNames(prototype)) {
    const method: unknown = Object.getOwnPropertyDescriptor(prototype, key)?.value
    if (key === 'constructor' || typeof method !== 'function') continue
    const watched = function (this: unknown, ...parameters: unknown[]) {
      return note((method as Callable).apply(this, parameters))
    }
    Object.defineProperty(prototype, key, { value: watched, configurable: true, writable: true })
  }
}

function isClass(value: unknown): value is (new (...parameters: never[]) => object) & Callable {
  return typeof value === 'function' && value.prototype !== undefined && 'delete' in value.prototype
}

function isHandle(value: unknown): value is Handle {
  return typeof value === 'object' && value !== null && 'isDeleted' in value
}
