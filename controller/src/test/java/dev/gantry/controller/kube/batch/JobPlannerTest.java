package dev.gantry.controller.kube.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.batch.FailurePolicy.Judgement;
import dev.gantry.controller.kube.batch.JobPlanner.Action;
import dev.gantry.controller.kube.batch.JobPlanner.Plan;
import dev.gantry.controller.kube.batch.JobPlanner.Situation;
import dev.gantry.controller.kube.batch.JobPlanner.Tally;
import dev.gantry.controller.kube.owner.ObjectWorld;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What jobs with policies and limits decide. */
class JobPlannerTest {

    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final Instant LONG_AGO = NOW.minusSeconds(3600);
    private static final Judgement IGNORED = new Judgement(FailurePolicy.Action.IGNORE, "");
    private static final Judgement INDEX = new Judgement(FailurePolicy.Action.FAIL_INDEX, "");
    private static final Judgement JOB = new Judgement(FailurePolicy.Action.FAIL_JOB, "it is hopeless");
    private static final String PER_INDEX = "'completionMode': 'Indexed', 'completions': 3, 'parallelism': 3,"
            + " 'backoffLimit': 100, 'backoffLimitPerIndex': 1";

    private static Attempt attempt(int index, Attempt.State state, FailureCount failures, Judgement judgement) {
        return ended(index, state, failures, judgement, LONG_AGO);
    }

    private static Attempt ended(
            int index, Attempt.State state, FailureCount failures, Judgement judgement, Instant ended) {
        String name = "sum-" + index + "-" + state;
        OptionalInt of = OptionalInt.of(index);
        return new Attempt(name, of, state, false, true, false, 0, LONG_AGO, ended, failures, judgement);
    }

    private static Attempt failed(int index, int failures, Judgement judgement) {
        return attempt(index, Attempt.State.FAILED, new FailureCount(failures, 0), judgement);
    }

    private static Attempt active(int index) {
        return attempt(index, Attempt.State.ACTIVE, FailureCount.NONE, Judgement.COUNTED);
    }

    private static Attempt ending(int index) {
        return attempt(index, Attempt.State.ENDING, FailureCount.NONE, Judgement.COUNTED);
    }

    private static Situation situation(Attempt... attempts) {
        return new Situation(
                List.of(attempts), 0, 0, Indexes.none(), Indexes.none(), Optional.of(LONG_AGO), Optional.empty());
    }

    private static Situation indexes(String done, String failed, Attempt... attempts) {
        Indexes succeeded = Indexes.parse(done, 100);
        return new Situation(
                List.of(attempts),
                succeeded.size(),
                0,
                succeeded,
                Indexes.parse(failed, 100),
                Optional.of(LONG_AGO),
                Optional.empty());
    }

    private static Situation told(Verdict verdict, Attempt... attempts) {
        return new Situation(
                List.of(attempts), 0, 0, Indexes.none(), Indexes.none(), Optional.of(LONG_AGO), Optional.of(verdict));
    }

    private static Plan plan(String spec, Situation situation) {
        JobRules rules = JobRules.of(ObjectWorld.json("{%s}".formatted(spec)));
        return new JobPlanner(rules, situation, NOW).plan();
    }

    private static List<Action> actions(String spec, Situation situation) {
        return plan(spec, situation).actions();
    }

    private static Action make(int index, int counted, int ignored) {
        return new Action.Make(OptionalInt.of(index), Optional.of(new FailureCount(counted, ignored)));
    }

    @Test
    void saysWhyItFailsBeforeThePodThatShowsItMayGo() {
        Attempt hopeless = failed(0, 0, JOB);
        assertThat(actions("'completions': 2", situation(active(1), hopeless)))
                .containsExactly(
                        new Action.Decide(new Verdict(false, "PodFailurePolicy", "it is hopeless")),
                        new Action.Count(hopeless, Tally.FAILED));
    }

    @Test
    void failsByItsPolicyEvenWhenItIsOutOfRetries() {
        assertThat(actions("'completions': 2, 'backoffLimit': 0", situation(failed(0, 0, JOB), failed(1, 0, JOB))))
                .first()
                .isEqualTo(new Action.Decide(Verdict.failedByPolicy("it is hopeless")));
    }

    @Test
    void letsAPodGoWhoseFailureStandsForNothing() {
        Attempt evicted = failed(0, 0, IGNORED);
        assertThat(actions("'completions': 1", situation(evicted)))
                .containsExactly(new Action.Count(evicted, Tally.IGNORED));
    }

    @Test
    void countsWhatIsStillEndingWhenItFailsButNotBefore() {
        String spec = "'completions': 2, 'podReplacementPolicy': 'Failed'";
        Attempt ending = ending(0);
        assertThat(actions(spec, situation(active(1), ending))).isEmpty();
        assertThat(actions(spec, told(Verdict.BACKOFF_LIMIT, ending)))
                .containsExactly(new Action.Count(ending, Tally.FAILED));
        assertThat(actions(spec, told(Verdict.COMPLETE, ending))).isEmpty();
    }

    @Test
    void doesNotFinishBeforeAllIsCounted() {
        Attempt counted = new Attempt(
                "sum",
                OptionalInt.empty(),
                Attempt.State.FAILED,
                false,
                true,
                true,
                0,
                LONG_AGO,
                LONG_AGO,
                FailureCount.NONE,
                Judgement.COUNTED);
        assertThat(actions("'completions': 1", told(Verdict.BACKOFF_LIMIT, counted)))
                .containsExactly(new Action.Finish(Verdict.BACKOFF_LIMIT));
        assertThat(actions("'completions': 1, 'podReplacementPolicy': 'Failed'", told(Verdict.COMPLETE, ending(0))))
                .isEmpty();
    }

    @Test
    void keepsAFailedPodUntilItsSuccessorKnowsOfIt() {
        Attempt failed = failed(0, 0, Judgement.COUNTED);
        assertThat(actions(PER_INDEX, situation(failed, active(1), active(2)))).containsExactly(make(0, 1, 0));
        Attempt successor = attempt(0, Attempt.State.ACTIVE, new FailureCount(1, 0), Judgement.COUNTED);
        assertThat(actions(PER_INDEX, situation(failed, successor, active(1), active(2))))
                .containsExactly(new Action.Count(failed, Tally.FAILED));
    }

    @Test
    void handsOnIgnoredFailuresBesideTheOthers() {
        Attempt failed = attempt(0, Attempt.State.FAILED, new FailureCount(1, 2), IGNORED);
        assertThat(actions(PER_INDEX, situation(failed, active(1), active(2)))).containsExactly(make(0, 1, 3));
    }

    @Test
    void givesAnIndexUpThatFailsOnceTooOften() {
        Attempt first = failed(0, 0, Judgement.COUNTED);
        Attempt second = failed(1, 1, Judgement.COUNTED);
        assertThat(actions(PER_INDEX, situation(first, second, active(2))))
                .containsExactly(new Action.Count(second, Tally.INDEX_FAILED));
        assertThat(actions(PER_INDEX, indexes("", "1", active(0), active(2)))).isEmpty();
        assertThat(actions(PER_INDEX, indexes("", "1", active(0)))).containsExactly(make(2, 0, 0));
    }

    @Test
    void givesAnIndexUpAtOnceWhenItsPolicySaysSo() {
        Attempt hopeless = failed(0, 0, INDEX);
        assertThat(actions(PER_INDEX, situation(hopeless, active(1), active(2))))
                .containsExactly(new Action.Count(hopeless, Tally.INDEX_FAILED));
    }

    @Test
    void neverGivesAnIndexUpForWhatIsIgnored() {
        Attempt evicted = attempt(0, Attempt.State.FAILED, new FailureCount(1, 7), IGNORED);
        assertThat(actions(PER_INDEX, situation(evicted, active(1), active(2)))).containsExactly(make(0, 1, 8));
    }

    @Test
    void waitsForEachIndexByItself() {
        Attempt fresh = ended(0, Attempt.State.FAILED, FailureCount.NONE, Judgement.COUNTED, NOW.minusSeconds(4));
        Attempt old = failed(1, 0, Judgement.COUNTED);
        assertThat(plan(PER_INDEX, situation(fresh, old, active(2))))
                .isEqualTo(new Plan(List.of(make(1, 1, 0)), Optional.of(NOW.plusSeconds(6))));
    }

    @Test
    void countsWhatWaitsForItsSuccessorAgainstTheWholeJob() {
        String spec = PER_INDEX.replace("100", "0");
        assertThat(actions(spec, situation(failed(0, 0, Judgement.COUNTED), active(1))))
                .contains(new Action.Decide(Verdict.BACKOFF_LIMIT));
        assertThat(actions(spec, situation(failed(0, 0, IGNORED), active(1), active(2))))
                .containsExactly(make(0, 0, 1));
    }

    @Test
    void failsWhenAllIndexesAreOverAndNotAllHaveSucceeded() {
        assertThat(actions(PER_INDEX, indexes("0,2", "1")))
                .containsExactly(new Action.Decide(Verdict.FAILED_INDEXES), new Action.Finish(Verdict.FAILED_INDEXES));
    }

    @Test
    void failsWhenTooManyIndexesHave() {
        String spec = PER_INDEX + ", 'maxFailedIndexes': 1";
        assertThat(actions(spec, indexes("", "1", active(0), active(2)))).isEmpty();
        assertThat(actions(spec, indexes("", "1,2", active(0))))
                .containsExactly(new Action.Decide(Verdict.TOO_MANY_FAILED_INDEXES), new Action.Abort(active(0)));
    }

    @Test
    void doesNotBlameAnIndexForWhatTheJobStops() {
        String spec = PER_INDEX.replace("'backoffLimitPerIndex': 1", "'backoffLimitPerIndex': 0");
        Attempt stopped = ending(0);
        assertThat(actions(spec, told(Verdict.TOO_MANY_FAILED_INDEXES, stopped)))
                .containsExactly(new Action.Count(stopped, Tally.FAILED));
        assertThat(actions(spec, situation(stopped, active(1), active(2))))
                .containsExactly(new Action.Count(stopped, Tally.INDEX_FAILED));
    }

    @Test
    void hasSucceededWhenItsPolicyIsMet() {
        String spec = "'completionMode': 'Indexed', 'completions': 3, 'parallelism': 3,"
                + " 'successPolicy': {'rules': [{'succeededIndexes': '0'}]}";
        assertThat(actions(spec, indexes("1", "", active(0), active(2)))).isEmpty();
        assertThat(actions(spec, indexes("0", "", active(1), active(2))))
                .containsExactly(
                        new Action.Decide(new Verdict(true, "SuccessPolicy", "Matched rules at index 0")),
                        new Action.Dismiss(active(1)),
                        new Action.Dismiss(active(2)));
    }
}
