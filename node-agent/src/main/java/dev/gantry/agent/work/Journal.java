package dev.gantry.agent.work;

import dev.gantry.proto.WorkloadReport;
import java.util.Map;
import java.util.Set;

/**
 * What this node must not forget: which containers it ever began to start, and what it last saw of each workload. Containers
 * can be removed behind the agent's back; without the journal such a task would run twice. What cannot be written is an
 * {@link java.io.UncheckedIOException}.
 */
public interface Journal {

    /** What the journal knows of a workload. */
    record Entry(WorkloadReport report, Set<String> begun) {
        public Entry {
            begun = Set.copyOf(begun);
        }
    }

    /** What was known when the journal was opened and since, by "scope/id". */
    Map<String, Entry> entries();

    /** Notes that a container is about to be started for the first time; durable when it returns. */
    void begin(String scope, String id, String container);

    /**
     * Notes what was seen of a workload; durable soon. That it has stopped is durable when this returns, because others are
     * told so then: it must not run again, whatever happens to the machine.
     */
    void remember(WorkloadReport report);

    /** The workload will never be asked for again. */
    void forget(String scope, String id);
}
