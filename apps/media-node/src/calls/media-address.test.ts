import { describe, expect, test } from 'vitest';
import { mediaAddress, nowhere } from './media-address.ts';

const pbx = ['203.0.113.7', '198.51.100.9'];

describe('VOX-119 where media for a PBX go', () => {
  test.each(['192.0.2.1', '10.0.0.5', '2001:db8::5', '::ffff:192.0.2.1'])('%s: there', (named) => {
    expect(mediaAddress(named, pbx)).toBe(named);
  });

  test.each([
    '127.0.0.1',
    '127.0.1.1',
    '::1',
    '::ffff:127.0.0.1',
    '169.254.169.254',
    '::ffff:169.254.169.254',
    'fe80::1',
    'febf::1',
  ])('%s: to where the PBX signals from', (named) => {
    expect(mediaAddress(named, pbx)).toBe('203.0.113.7');
    expect(mediaAddress(named, [])).toBe(nowhere);
  });

  test('a PBX on this machine or this link may name it', () => {
    expect(mediaAddress('127.0.0.1', ['127.0.0.2'])).toBe('127.0.0.1');
    expect(mediaAddress('::1', ['127.0.0.1'])).toBe('::1');
    expect(mediaAddress('169.254.1.2', ['203.0.113.7', '169.254.9.9'])).toBe('169.254.1.2');
    expect(mediaAddress('169.254.1.2', ['127.0.0.1'])).toBe('127.0.0.1');
    expect(mediaAddress('fe80::1', ['fe80::2'])).toBe('fe80::1');
  });

  test.each([
    '0.0.0.0',
    '0.1.2.3',
    '::',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '255.255.255.255',
    'ff02::1',
    '::ffff:224.0.0.1',
    '::ffff:255.255.255.255',
  ])('%s: nowhere, whatever the PBX signals from', (named) => {
    expect(mediaAddress(named, pbx)).toBe(nowhere);
    expect(mediaAddress(named, [named])).toBe(nowhere);
  });

  test('what cannot be a signalling source stands in for nobody; a name is left alone', () => {
    expect(mediaAddress('127.0.0.1', ['', '224.0.0.1', '203.0.113.7'])).toBe('203.0.113.7');
    expect(mediaAddress('media.example', pbx)).toBe('media.example');
  });
});
