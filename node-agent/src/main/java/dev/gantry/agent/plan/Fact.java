package dev.gantry.agent.plan;

/** Something learnt about one container of a workload: the end of an action, or what the engine said by itself. */
public sealed interface Fact {

    String container();

    /**
     * The image is present.
     *
     * @param note what a person should know, for example that a local image served; may be empty
     */
    record ImageReady(String container, String digest, long pullStartedAtMs, long pullStoppedAtMs, String note)
            implements Fact {}

    /** The wait for the image ended because nobody wanted it any more. */
    record Abandoned(String container) implements Fact {}

    /** The container exists, and this is its state; ends the action that made it. */
    record Launched(ObservedContainer seen) implements Fact {
        @Override
        public String container() {
            return seen.container();
        }
    }

    /** The engine says this of the container; ends no action. */
    record Seen(ObservedContainer seen) implements Fact {
        @Override
        public String container() {
            return seen.container();
        }
    }

    /** The engine has no such container any more; id is empty when it is the whole name that was not found. */
    record Gone(String container, String id) implements Fact {}

    /**
     * The container will never run.
     *
     * @param unsure whether the engine may yet start it, because a call had no answer in time
     */
    record Failed(String container, String reason, boolean unsure) implements Fact {}

    /**
     * The engine could not be asked; to be tried again.
     *
     * @param unsure whether the engine may have done it nevertheless
     */
    record Delayed(String container, String reason, boolean unsure) implements Fact {}

    /**
     * @param words what it left behind at its termination message path
     */
    record TailRead(String container, String lines, String words) implements Fact {
        public TailRead(String container, String lines) {
            this(container, lines, "");
        }
    }

    /**
     * A probe's answer; ends no other action.
     *
     * @param runMs start of the run that was asked, milliseconds since the epoch
     */
    record Probed(String container, ProbeKind kind, long runMs, boolean success, String message) implements Fact {}

    /** The action ended and left nothing to say. */
    record Done(String container) implements Fact {}
}
