package io.tickwire.net.tcp.congestion;

/** A congestion window in bytes. Sans-I/O: told what happened, asked how much may be in flight. One per connection, reusable. */
public interface CongestionControl {

    /** Starts a connection with the initial window. */
    void reset(int mssBytes, int initialWindowBytes);

    /** The sending MSS changed. */
    void mss(int mssBytes);

    /** New data was acknowledged while the window was the limit, outside fast recovery. */
    void onAcked(int ackedBytes, long smoothedRttNs, long nowNs);

    /** Loss was detected by duplicate ACKs, SACK or RACK: sets the threshold; the window itself is PRR's until recovery ends. */
    void onLoss(int flightBytes, long nowNs);

    /** Retransmission timeout. RFC 5681 §3.1: window of one segment; the threshold is kept if this is not the first in a row. */
    void onTimeout(int flightBytes, boolean first, long nowNs);

    /** The last timeout was not needed: goes on from the given window and threshold as if it had not been. RFC 4015 §3.2 step 9. */
    void undoTimeout(int windowBytes, int thresholdBytes);

    /** Recovery ended, or PRR moved the window. */
    void windowBytes(int bytes);

    /** RFC 5681 §4.1: no segment was sent for more than one RTO. */
    void onIdle(int restartWindowBytes);

    /** Congestion window. */
    int windowBytes();

    /** Slow-start threshold. */
    int thresholdBytes();
}
