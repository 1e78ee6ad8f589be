package dev.gantry.agent.connection;

import dev.gantry.agent.Fence;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the agent knows in a session. Times are nanoseconds of a clock that nobody can set.
 *
 * @param obeyed     outlives the session
 * @param welcomed   whether the controller has taken this node on
 * @param intervalNanos between heartbeats
 * @param nextBeatAt when the next heartbeat is due
 * @param lastBeat   number of the newest heartbeat
 * @param unanswered when each heartbeat was sent that is not acknowledged yet
 * @param provenAt   when the newest acknowledged heartbeat was sent: until then the controller was surely leading
 * @param fence      how long what must not run twice goes on without a leader
 */
public record LinkState(
        Obeyed obeyed,
        boolean welcomed,
        boolean over,
        long intervalNanos,
        long nextBeatAt,
        long lastBeat,
        Map<Long, Long> unanswered,
        long provenAt,
        Fence fence) {

    public LinkState {
        unanswered = Map.copyOf(unanswered);
    }

    public static LinkState connected(Obeyed obeyed, long now) {
        return new LinkState(obeyed, false, false, Long.MAX_VALUE, now, 0, Map.of(), now, Fence.NONE);
    }

    LinkState welcomed(long interval, Fence terms, long now) {
        return new LinkState(obeyed, true, over, interval, now, lastBeat, unanswered, provenAt, terms);
    }

    LinkState obeying(Obeyed newer) {
        return new LinkState(newer, welcomed, over, intervalNanos, nextBeatAt, lastBeat, unanswered, provenAt, fence);
    }

    LinkState beaten(long now) {
        Map<Long, Long> sent = new TreeMap<>(unanswered);
        sent.put(lastBeat + 1, now);
        return new LinkState(
                obeyed, welcomed, over, intervalNanos, now + intervalNanos, lastBeat + 1, sent, provenAt, fence);
    }

    LinkState acknowledged(long beat) {
        Long sentAt = unanswered.get(beat);
        if (sentAt == null) {
            return this;
        }
        Map<Long, Long> rest = new TreeMap<>(unanswered);
        rest.keySet().removeIf(earlier -> earlier <= beat);
        return new LinkState(
                obeyed, welcomed, over, intervalNanos, nextBeatAt, lastBeat, rest, Math.max(provenAt, sentAt), fence);
    }

    LinkState left() {
        return new LinkState(obeyed, welcomed, true, intervalNanos, nextBeatAt, lastBeat, unanswered, provenAt, fence);
    }
}
