import { expect, test } from 'vitest';
import { allowedOrigins } from './origins.ts';

test('the public origin only, without its path', () => {
  expect([...allowedOrigins('https://uc.example.com/x')]).toEqual(['https://uc.example.com']);
});

test('on loopback also its other names, with the same port', () => {
  expect([...allowedOrigins('http://localhost:8080')]).toEqual([
    'http://localhost:8080',
    'http://127.0.0.1:8080',
    'http://[::1]:8080',
  ]);
});
