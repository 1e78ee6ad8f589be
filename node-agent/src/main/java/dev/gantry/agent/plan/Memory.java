package dev.gantry.agent.plan;

import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.Note;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Supplies;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is known of a workload between two plans.
 *
 * @param last what was reported last; survives the process in the journal
 * @param containers by name within the workload
 * @param lives of a pod's containers by name
 * @param supplied what the files of a pod were last written from
 * @param cleared its volumes and control group are gone
 */
public record Memory(
        Observation last,
        Map<String, Standing> containers,
        Map<String, Life> lives,
        Optional<Cause> cause,
        Supplies supplied,
        boolean cleared) {

    private static final int NOTES_MAX = 20;

    public static final Memory EMPTY = new Memory(
            Observation.getDefaultInstance(),
            Map.of(),
            Map.of(),
            Optional.empty(),
            Supplies.getDefaultInstance(),
            false);

    public Memory {
        containers = Map.copyOf(containers);
        lives = Map.copyOf(lives);
    }

    /**
     * What an earlier process knew.
     *
     * @param begun names of the containers whose start had been begun
     */
    public static Memory recall(Observation last, Set<String> begun) {
        Map<String, Standing> containers = new TreeMap<>();
        Map<String, Life> lives = new TreeMap<>();
        for (ContainerStatus status : last.getContainersList()) {
            containers.put(status.getName(), standing(status));
            lives.put(status.getName(), Life.recall(status));
        }
        begun.forEach(name -> containers.merge(name, begun(Standing.NEW), (known, _) -> begun(known)));
        Optional<Cause> cause = last.getPhaseValue() < Phase.STOPPING_VALUE
                ? Optional.empty()
                : Optional.of(new Cause(last.getStopCode(), last.getStopReason(), last.getStoppingAtMs()));
        return new Memory(last, containers, lives, cause, Supplies.getDefaultInstance(), false);
    }

    private static Standing begun(Standing known) {
        return new Standing(
                Step.NONE,
                known.imageReady(),
                known.imageDigest(),
                true,
                known.restarts(),
                known.failure(),
                known.unsure(),
                known.seen(),
                known.logTail(),
                0,
                0);
    }

    private static Standing standing(ContainerStatus status) {
        boolean ran = status.getStartedAtMs() > 0;
        boolean stopped = status.getPhase() == Phase.STOPPED;
        return new Standing(
                Step.NONE,
                false,
                status.getImageDigest(),
                ran,
                status.getRestartCount(),
                stopped && !ran ? status.getReason() : "",
                false,
                Optional.empty(),
                stopped && ran ? Optional.of(status.getLogTail()) : Optional.empty(),
                0,
                0);
    }

    /** Where a container stands; that of one never heard of is new. */
    public Standing standing(String container) {
        return containers.getOrDefault(container, Standing.NEW);
    }

    Memory with(String container, Standing standing) {
        Map<String, Standing> changed = new TreeMap<>(containers);
        changed.put(container, standing);
        return new Memory(last, changed, lives, cause, supplied, cleared);
    }

    Life life(String container) {
        return lives.getOrDefault(container, Life.NEW);
    }

    Memory with(String container, Life life) {
        Map<String, Life> changed = new TreeMap<>(lives);
        changed.put(container, life);
        return new Memory(last, containers, changed, cause, supplied, cleared);
    }

    Memory doing(String container, Step step) {
        return with(container, standing(container).doing(step));
    }

    Memory with(Cause found) {
        return new Memory(last, containers, lives, Optional.of(found), supplied, cleared);
    }

    Memory with(Observation observation) {
        return new Memory(observation, containers, lives, cause, supplied, cleared);
    }

    Memory with(Supplies written) {
        return new Memory(last, containers, lives, cause, written, cleared);
    }

    Memory withCleared() {
        return new Memory(last, containers, lives, cause, supplied, true);
    }

    private Memory noted(String text, long atMs) {
        boolean known =
                last.getNotesList().stream().anyMatch(note -> note.getText().equals(text));
        if (text.isEmpty() || known) {
            return this;
        }
        Observation.Builder changed =
                last.toBuilder().addNotes(Note.newBuilder().setAtMs(atMs).setText(text));
        if (changed.getNotesCount() > NOTES_MAX) {
            changed.removeNotes(0);
        }
        return with(changed.build());
    }

    /** Takes in a fact. */
    public Memory learn(Fact fact, long nowMs) {
        Standing known = standing(fact.container());
        return switch (fact) {
            case Fact.ImageReady image -> withPull(image).noted(image.note(), nowMs);
            case Fact.Abandoned(String name) -> with(name, known.doing(Step.NONE));
            case Fact.Launched(ObservedContainer seen) ->
                with(seen.container(), known.saw(seen).doing(Step.NONE));
            case Fact.Seen(ObservedContainer seen) -> with(seen.container(), known.saw(seen));
            case Fact.Gone(String name, String id) -> with(name, without(known, id));
            case Fact.Failed(String name, String reason, boolean unsure) -> with(name, known.failed(reason, unsure));
            case Fact.Delayed(String name, String reason, boolean unsure) ->
                with(name, known.delayed(unsure, nowMs + retryAfterMs(known.attempts())))
                        .noted(reason, nowMs);
            case Fact.TailRead(String name, String lines, String words) ->
                with(name, known.withTail(lines)).with(name, life(name).withWords(words));
            case Fact.Probed probed -> withAnswer(probed, nowMs);
            case Fact.Done(String name) -> with(name, known.doing(Step.NONE));
        };
    }

    private Memory withAnswer(Fact.Probed probed, long nowMs) {
        Life life = life(probed.container());
        if (life.run() != probed.runMs()) {
            return this; // About a run that is over.
        }
        Probing answered = life.probe(probed.kind()).answered(probed.success(), probed.message(), nowMs);
        return with(probed.container(), life.with(probed.kind(), answered));
    }

    private Memory withPull(Fact.ImageReady image) {
        Observation.Builder changed = last.toBuilder();
        if (changed.getPullStartedAtMs() == 0) {
            changed.setPullStartedAtMs(image.pullStartedAtMs());
        }
        changed.setPullStoppedAtMs(Math.max(changed.getPullStoppedAtMs(), image.pullStoppedAtMs()));
        Standing ready = standing(image.container()).withImage(image.digest());
        return with(changed.build()).with(image.container(), ready);
    }

    private static Standing without(Standing known, String id) {
        boolean another = known.seen()
                .filter(seen -> !id.isEmpty() && !seen.id().equals(id))
                .isPresent();
        return another ? known : known.gone();
    }

    private static long retryAfterMs(int attempts) {
        return Math.min(Standing.RETRY_MS_MAX, 500L << Math.min(attempts, 6));
    }
}
