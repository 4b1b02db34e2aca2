package io.tickwire.edge.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tickwire.net.transport.CloseCause;

class ConnectionFuzzTest {
    @FuzzTest
    void anyBytesInAnyPiecesLeaveTheConnectionOpenOrClosedAndNoMemoryHeld(FuzzedDataProvider data) {
        ConnectionFixture fixture = new ConnectionFixture(100_000, 200_000);
        while (data.remainingBytes() > 0 && !fixture.stream.closed) {
            byte[] piece = data.consumeBytes(data.consumeInt(1, 4096));
            int taken = 0;
            while (taken < piece.length && !fixture.stream.closed) {
                byte[] rest = java.util.Arrays.copyOfRange(piece, taken, piece.length);
                int now = fixture.receive(rest);
                assertTrue(now >= 0 && now <= rest.length);
                taken += now;
                fixture.runPosted();
                while (!fixture.controlWaiting.isEmpty()) {
                    fixture.controlWaiting.poll().complete(ConnectionFixture.clusterAnswer());
                }
                fixture.runPosted();
            }
        }
        fixture.connection.onClosed(CloseCause.PEER_CLOSED);
        assertEquals(0, fixture.memory.reservedBytes());
        assertEquals(0, fixture.responses.inUse());
        assertEquals(1, fixture.closed.size());
    }
}
