/*
 * Where fields stand in the headers that are written and compared in place.
 *
 * TCP (RFC 9293 §3.1)
 *   0        2        4            8            12       13      14       16       18       20
 *   +--------+--------+------------+------------+--------+-------+--------+--------+--------+---------
 *   | source | dest.  | sequence   | acknowl.   |offset,0| flags | window |checksum| urgent | options
 *   +--------+--------+------------+------------+--------+-------+--------+--------+--------+---------
 */
export const UDP_HEADER_LENGTH = 8;

export const Tcp = {
  headerLength: 20,
  sequence: 4,
  acknowledgement: 8,
  dataOffset: 12,
  flags: 13,
  window: 14,
  checksum: 16,
  urgent: 18,
  FIN: 0x01,
  SYN: 0x02,
  RST: 0x04,
  PSH: 0x08,
  ACK: 0x10,
  URG: 0x20,
  ECE: 0x40,
  CWR: 0x80,
} as const;
