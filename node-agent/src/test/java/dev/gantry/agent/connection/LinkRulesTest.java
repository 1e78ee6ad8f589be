package dev.gantry.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.Fence;
import dev.gantry.agent.connection.LinkEffect.Leave;
import dev.gantry.agent.connection.LinkEffect.Obey;
import dev.gantry.agent.connection.LinkRules.Step;
import dev.gantry.proto.Desired;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.HeartbeatAcknowledged;
import dev.gantry.proto.Redirect;
import dev.gantry.proto.Routes;
import dev.gantry.proto.ToAgent;
import dev.gantry.proto.Welcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LinkRulesTest {

    private static final long SECOND = 1_000_000_000L;

    private final LinkRules rules = new LinkRules(Duration.ofSeconds(15));

    private static Obeyed obeyed(long epoch, long revision, String... ids) {
        return Obeyed.NOTHING.rule(full(epoch, revision, ids)) instanceof Obeyed.Ruling.Obey(Obeyed set)
                ? set
                : Obeyed.NOTHING;
    }

    private static Desired full(long epoch, long revision, String... ids) {
        return Desired.newBuilder()
                .setEpoch(epoch)
                .setRevision(revision)
                .setFull(true)
                .addAllWorkloads(
                        List.of(ids).stream().map(LinkRulesTest::workload).toList())
                .build();
    }

    private static Desired delta(long base, long revision, String id) {
        return Desired.newBuilder()
                .setEpoch(1)
                .setBaseRevision(base)
                .setRevision(revision)
                .addWorkloads(workload(id))
                .build();
    }

    private static DesiredWorkload workload(String id) {
        return DesiredWorkload.newBuilder().setScope("s").setId(id).build();
    }

    private Step hears(LinkState state, Desired desired) {
        return rules.step(
                state,
                new LinkInput.Said(ToAgent.newBuilder().setDesired(desired).build()),
                0);
    }

    private LinkState welcomed() {
        ToAgent welcome = ToAgent.newBuilder()
                .setWelcome(Welcome.newBuilder()
                        .setHeartbeatIntervalMs(2000)
                        .setFenceMs(20_000)
                        .setFenceStopMs(5000))
                .build();
        return rules.step(LinkState.connected(Obeyed.NOTHING, 0), new LinkInput.Said(welcome), 0)
                .state();
    }

    @Test
    void aNewerFullSetReplacesTheOneBefore() {
        Step step = hears(LinkState.connected(obeyed(1, 10, "a"), 0), full(1, 11, "b"));
        assertThat(step.effects()).containsExactly(new Obey(obeyed(1, 11, "b")));
        assertThat(step.state().obeyed().workloads()).containsOnlyKeys("s/b");
    }

    @Test
    void anOlderSetIsIgnored() {
        LinkState state = LinkState.connected(obeyed(2, 10, "a"), 0);
        assertThat(hears(state, full(2, 9, "b")).effects()).isEmpty();
        assertThat(hears(state, full(1, 99, "b")).effects()).isEmpty();
        assertThat(hears(state, full(2, 9, "b")).state()).isEqualTo(state);
    }

    @Test
    void aNewerEpochCountsMoreThanTheRevision() {
        assertThat(hears(LinkState.connected(obeyed(1, 10, "a"), 0), full(2, 10))
                        .state()
                        .obeyed())
                .isEqualTo(obeyed(2, 10));
    }

    @Test
    void aDeltaOnWhatIsObeyedChangesIt() {
        Desired change = delta(10, 12, "b").toBuilder().addRemoved("s/a").build();
        Step step = hears(LinkState.connected(obeyed(1, 10, "a", "c"), 0), change);
        assertThat(step.state().obeyed()).isEqualTo(obeyed(1, 12, "b", "c"));
    }

    @Test
    void aDeltaOnSomethingElseIsAReasonToReconnect() {
        Step step = hears(LinkState.connected(obeyed(1, 10, "a"), 0), delta(11, 12, "b"));
        assertThat(step.effects())
                .first()
                .isInstanceOfSatisfying(
                        Leave.class, leave -> assertThat(leave.reason()).contains("since revision 11"));
        assertThat(step.state().obeyed()).isEqualTo(obeyed(1, 10, "a"));
    }

    @Test
    void afterTheWelcomeHeartbeatsGoOut() {
        LinkState state = welcomed();
        assertThat(rules.untilDue(state, 0)).isZero();
        Step first = rules.step(state, new LinkInput.Ticked(), 0);
        assertThat(first.effects()).hasSize(1);
        assertThat(rules.step(first.state(), new LinkInput.Ticked(), SECOND).effects())
                .isEmpty();
        assertThat(rules.untilDue(first.state(), SECOND)).isEqualTo(Duration.ofSeconds(1));
        assertThat(rules.step(first.state(), new LinkInput.Ticked(), 2 * SECOND).effects())
                .hasSize(1);
    }

    @Test
    void beforeTheWelcomeNoHeartbeatGoesOut() {
        LinkState state = LinkState.connected(Obeyed.NOTHING, 0);
        assertThat(rules.step(state, new LinkInput.Ticked(), SECOND).effects()).isEmpty();
        assertThat(rules.step(state, new LinkInput.Ticked(), 15 * SECOND).effects())
                .first()
                .isInstanceOf(Leave.class);
    }

    @Test
    void anAcknowledgementCountsFromWhenTheHeartbeatWasSent() {
        LinkState state =
                rules.step(welcomed(), new LinkInput.Ticked(), 2 * SECOND).state();
        ToAgent acknowledged = ToAgent.newBuilder()
                .setHeartbeatAcknowledged(HeartbeatAcknowledged.newBuilder().setSequence(1))
                .build();
        Step step = rules.step(state, new LinkInput.Said(acknowledged), 10 * SECOND);
        LinkState proven = step.state();
        assertThat(proven.provenAt()).isEqualTo(2 * SECOND);
        assertThat(step.effects())
                .containsExactly(
                        new LinkEffect.Extend(2 * SECOND, new Fence(Duration.ofSeconds(20), Duration.ofSeconds(5))));
        assertThat(rules.step(proven, new LinkInput.Said(acknowledged), 11 * SECOND)
                        .effects())
                .isEmpty();
        // 15 s after it was sent, not after the answer came.
        assertThat(rules.step(proven, new LinkInput.Ticked(), 17 * SECOND).effects())
                .first()
                .isInstanceOf(Leave.class);
    }

    @Test
    void aRedirectNamesTheNextAddress() {
        ToAgent redirect = ToAgent.newBuilder()
                .setRedirect(Redirect.newBuilder().setAgentAddress("leader:99"))
                .build();
        Step step = rules.step(LinkState.connected(Obeyed.NOTHING, 0), new LinkInput.Said(redirect), 0);
        assertThat(step.effects())
                .containsExactly(new Leave("the leader is at leader:99", Optional.of(new HostPort("leader", 99))));
        assertThat(rules.step(step.state(), new LinkInput.Ticked(), 99 * SECOND).effects())
                .isEmpty();
    }

    @Test
    void pausesDoubleUpToTheLongestAndAreSpread() {
        LinkTiming timing = LinkTiming.DEFAULT;
        assertThat(timing.pause(1, 1)).isEqualTo(Duration.ofMillis(500));
        assertThat(timing.pause(1, 0)).isEqualTo(Duration.ofMillis(250));
        assertThat(timing.pause(3, 1)).isEqualTo(Duration.ofSeconds(2));
        assertThat(timing.pause(1_000_000, 1)).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void servicesThatTheWelcomeDoesNotSpeakOfAreVoid() {
        Routes none = Routes.newBuilder().setFull(true).build();
        ToAgent.Builder welcome = ToAgent.newBuilder()
                .setWelcome(Welcome.newBuilder().setHeartbeatIntervalMs(2000).setRouted(true));
        LinkState connected = LinkState.connected(Obeyed.NOTHING, 0);
        assertThat(rules.step(connected, new LinkInput.Said(welcome.build()), 0).effects())
                .doesNotContain(new LinkEffect.Route(none));
        welcome.getWelcomeBuilder().setRouted(false);
        assertThat(rules.step(connected, new LinkInput.Said(welcome.build()), 0).effects())
                .contains(new LinkEffect.Route(none));
    }

    @Test
    void newsOfServicesAreFollowed() {
        Routes news = Routes.newBuilder().addRemoved("default/shop/web").build();
        Step step = rules.step(
                welcomed(),
                new LinkInput.Said(ToAgent.newBuilder().setRoutes(news).build()),
                0);
        assertThat(step.effects()).containsExactly(new LinkEffect.Route(news));
    }
}
