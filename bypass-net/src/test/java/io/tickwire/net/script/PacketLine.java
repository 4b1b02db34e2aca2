package io.tickwire.net.script;

import io.tickwire.net.wire.TcpHeader;
import java.util.ArrayList;
import java.util.List;

/**
 * One segment as a script writes it: {@code FLAGS SEQ[+LEN] [ack N] [win N] [mss N] [ws N] [sackok] [ts V E] [sack A-B ...]
 * [badsum]}. Sequence numbers are relative to the initial ones. Absent fields are not compared in expectations.
 */
final class PacketLine {
    final int flags;
    final int sequence;
    final int length;
    Integer ack;
    Integer window;
    Integer mss;
    Integer windowShift;
    Boolean sackPermitted;
    Boolean timestamps;
    Integer timestampValue;
    Integer timestampEcho;
    int echoBack;
    List<int[]> sack;
    boolean badChecksum;

    PacketLine(List<String> words) {
        flags = flags(words.get(0));
        final String[] space = words.get(1).split("\\+", 2);
        sequence = Integer.parseInt(space[0]);
        length = space.length > 1 ? Integer.parseInt(space[1]) : 0;
        for (int i = 2; i < words.size(); i++) {
            switch (words.get(i)) {
                case "ack" -> ack = Integer.decode(words.get(++i));
                case "win" -> window = Integer.decode(words.get(++i));
                case "mss" -> mss = Integer.decode(words.get(++i));
                case "ws" -> windowShift = Integer.decode(words.get(++i));
                case "nows" -> windowShift = -1;
                case "sackok" -> sackPermitted = true;
                case "nosackok" -> sackPermitted = false;
                case "nots" -> timestamps = false;
                case "badsum" -> badChecksum = true;
                case "nosack" -> sack = new ArrayList<>();
                case "echo" -> {
                    timestamps = true;
                    echoBack = Integer.decode(words.get(++i));
                }
                case "ts" -> {
                    timestamps = true;
                    if (i + 2 < words.size() && words.get(i + 1).matches("-?\\d+")) {
                        timestampValue = Integer.decode(words.get(++i));
                        timestampEcho = Integer.decode(words.get(++i));
                    }
                }
                case "sack" -> {
                    sack = new ArrayList<>();
                    while (i + 1 < words.size() && words.get(i + 1).matches("-?\\d+-\\d+")) {
                        final String block = words.get(++i);
                        final int dash = block.indexOf('-', 1);
                        sack.add(new int[] {
                            Integer.parseInt(block.substring(0, dash)), Integer.parseInt(block.substring(dash + 1))
                        });
                    }
                }
                default -> throw new IllegalArgumentException("unknown word '" + words.get(i) + "' in " + words);
            }
        }
    }

    static int flags(String letters) {
        int flags = 0;
        for (int i = 0; i < letters.length(); i++) {
            flags |= switch (letters.charAt(i)) {
                case 'S' -> TcpHeader.SYN;
                case 'F' -> TcpHeader.FIN;
                case 'R' -> TcpHeader.RST;
                case 'P' -> TcpHeader.PSH;
                case 'A', '.' -> TcpHeader.ACK;
                case 'U' -> TcpHeader.URG;
                case '-' -> 0;
                default -> throw new IllegalArgumentException("unknown flag in " + letters);
            };
        }
        return flags;
    }
}
