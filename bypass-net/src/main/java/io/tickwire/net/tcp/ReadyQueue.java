package io.tickwire.net.tcp;

/** Connections that have something to do at the end of the duty cycle: an intrusive FIFO, each at most once. */
final class ReadyQueue {
    private TcpConnection head;
    private TcpConnection tail;
    private int size;

    int size() {
        return size;
    }

    void add(TcpConnection c) {
        if (c.ready) {
            return;
        }
        c.ready = true;
        c.readyNext = null;
        if (tail == null) {
            head = c;
        } else {
            tail.readyNext = c;
        }
        tail = c;
        size++;
    }

    TcpConnection remove() {
        final TcpConnection c = head;
        head = c.readyNext;
        if (head == null) {
            tail = null;
        }
        c.readyNext = null;
        c.ready = false;
        size--;
        return c;
    }
}
