package dev.gantry.controller.dispatch;

import dev.gantry.controller.resource.RefusedException;
import dev.gantry.proto.OpenChannel;
import dev.gantry.store.UnavailableException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Opens side channels to agents. The agent dials, since it may be behind NAT; the channel's id brings the two together. */
public final class Channels {

    static final int PER_NODE_MAX = 32;
    private static final int ALL_MAX = 2_000;

    private final Sessions sessions;
    private final Supplier<String> ids;
    private final Duration openWithin;
    private final Map<String, Expected> expected = new ConcurrentHashMap<>();
    private final Map<String, String> nodesByOpenChannel = new ConcurrentHashMap<>();

    private record Expected(String nodeId, BlockingQueue<Answer> answer) {}

    private sealed interface Answer {
        record Opened(AgentChannel channel) implements Answer {}

        record Refused(String reason) implements Answer {}

        /** Nobody waits any more. */
        record Gone() implements Answer {}
    }

    Channels(Sessions sessions, Supplier<String> ids, Duration openWithin) {
        this.sessions = sessions;
        this.ids = ids;
        this.openWithin = openWithin;
    }

    /**
     * Asks a node for a channel and waits until it is there.
     *
     * @param request what it is for; gets its id here
     * @throws RefusedException     when the agent will not, or the node has too many open
     * @throws UnavailableException when the node is not connected to this controller, or does not answer
     */
    public AgentChannel open(String nodeId, OpenChannel request) throws InterruptedException {
        Session session = sessions.of(nodeId)
                .orElseThrow(
                        () -> new UnavailableException("node " + nodeId + " is not connected to this controller now"));
        String id = ids.get();
        BlockingQueue<Answer> answer = new ArrayBlockingQueue<>(1);
        admit(nodeId, id);
        expected.put(id, new Expected(nodeId, answer));
        Answer outcome = new Answer.Gone();
        try {
            session.want(request.toBuilder().setChannelId(id).build());
            outcome = await(answer);
        } finally {
            expected.remove(id);
            if (!(outcome instanceof Answer.Opened)) {
                closed(id);
            }
        }
        return switch (outcome) {
            case Answer.Opened(AgentChannel channel) -> channel;
            case Answer.Refused(String reason) -> throw new RefusedException(RefusedException.Reason.CONFLICT, reason);
            case Answer.Gone _ ->
                throw new UnavailableException(
                        "node " + nodeId + " did not open the channel within " + openWithin.toSeconds() + " s");
        };
    }

    private Answer await(BlockingQueue<Answer> answers) throws InterruptedException {
        Answer answer;
        try {
            answer = answers.poll(openWithin.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            if (leave(answers) instanceof Answer.Opened(AgentChannel late)) {
                late.close();
            }
            throw e;
        }
        return answer != null ? answer : leave(answers);
    }

    /** Takes the only place in the queue, so that a channel that comes later is turned away; gives what came just now. */
    private static Answer leave(BlockingQueue<Answer> answers) {
        Answer gone = new Answer.Gone();
        if (answers.offer(gone)) {
            return gone;
        }
        Answer late = answers.poll();
        return late != null ? late : gone;
    }

    private void admit(String nodeId, String id) {
        long open = nodesByOpenChannel.values().stream().filter(nodeId::equals).count();
        if (open >= PER_NODE_MAX || nodesByOpenChannel.size() >= ALL_MAX) {
            throw new RefusedException(
                    RefusedException.Reason.CONFLICT,
                    "node " + nodeId + " has " + open + " channels for logs and commands open already; close some");
        }
        nodesByOpenChannel.put(id, nodeId);
    }

    /** Hands a channel to whoever waits for it; says whether anybody does. */
    boolean arrived(String nodeId, String id, AgentChannel channel) {
        return awaited(nodeId, id)
                .map(waiting -> waiting.answer().offer(new Answer.Opened(channel)))
                .orElse(false);
    }

    void refused(String nodeId, String id, String reason) {
        awaited(nodeId, id).ifPresent(waiting -> waiting.answer().offer(new Answer.Refused(reason)));
    }

    void closed(String id) {
        nodesByOpenChannel.remove(id);
    }

    private Optional<Expected> awaited(String nodeId, String id) {
        return Optional.ofNullable(expected.get(id))
                .filter(waiting -> waiting.nodeId().equals(nodeId));
    }
}
