package dev.gantry.controller.dispatch;

import static dev.gantry.controller.dispatch.LinkSamples.INFO;
import static dev.gantry.controller.dispatch.LinkSamples.NODE;
import static dev.gantry.controller.dispatch.LinkSamples.NOW;
import static dev.gantry.controller.dispatch.LinkSamples.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.gantry.controller.dispatch.SessionEffect.End;
import dev.gantry.controller.dispatch.SessionEffect.Heard;
import dev.gantry.controller.dispatch.SessionEffect.Register;
import dev.gantry.controller.dispatch.SessionEffect.Send;
import dev.gantry.controller.dispatch.SessionRules.Circumstances;
import dev.gantry.controller.dispatch.SessionRules.Step;
import dev.gantry.controller.dispatch.SessionState.Stage;
import dev.gantry.proto.Administration;
import dev.gantry.proto.FromAgent;
import dev.gantry.proto.Heartbeat;
import dev.gantry.proto.Hello;
import dev.gantry.proto.IngressPorts;
import dev.gantry.proto.IngressRoute;
import dev.gantry.proto.NetworkPolicy;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Reports;
import dev.gantry.proto.Routes;
import dev.gantry.proto.ServiceRoute;
import dev.gantry.proto.ToAgent;
import dev.gantry.proto.Usage;
import dev.gantry.proto.WorkloadReport;
import dev.gantry.proto.WorkloadUsage;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SessionRulesTest {

    private static final Lead LEADS = new Lead(true, true, "");
    private static final Lead UNSURE = new Lead(true, false, "");
    private static final Lead FOLLOWS = new Lead(false, false, "leader:4567");
    private static final Hello HELLO =
            Hello.newBuilder().setNodeId(NODE).setInfo(INFO).build();

    private final SessionRules rules =
            new SessionRules(Duration.ofSeconds(2), new Fence(Duration.ofSeconds(20), Duration.ofSeconds(5)), "uid");
    private LinkSamples samples;

    @BeforeEach
    void open() throws InterruptedException {
        samples = new LinkSamples();
        samples.node(ready(1));
    }

    private Step step(SessionState state, SessionInput input, Lead lead) {
        return step(state, input, lead, NOW);
    }

    private Step step(SessionState state, SessionInput input, Lead lead, Instant now) {
        return rules.step(state, input, new Circumstances(now, samples.image(), lead, RouteTable.of(samples.image())));
    }

    private SessionState live() {
        SessionState greeted = step(SessionState.of(NODE), said(HELLO), LEADS).state();
        return step(greeted, new SessionInput.Registered(), LEADS).state();
    }

    private static SessionInput said(Hello hello) {
        return new SessionInput.Said(FromAgent.newBuilder().setHello(hello).build());
    }

    private static SessionInput beat(long sequence) {
        return new SessionInput.Said(FromAgent.newBuilder()
                .setHeartbeat(Heartbeat.newBuilder().setSequence(sequence))
                .build());
    }

    private static List<ToAgent> sent(Step step) {
        return step.effects().stream()
                .filter(Send.class::isInstance)
                .map(effect -> ((Send) effect).message())
                .toList();
    }

    private static Status end(Step step) {
        assertThat(step.state().stage()).isEqualTo(Stage.OVER);
        return ((End) step.effects().getLast()).status();
    }

    @Test
    void aNodeIsRegisteredThenWelcomedThenToldEverything() throws InterruptedException {
        samples.workload("a", Phase.RUNNING, 1);
        Step greeted = step(SessionState.of(NODE), said(HELLO), LEADS);
        assertThat(greeted.effects()).containsExactly(new Register(HELLO));
        Step registered = step(greeted.state(), new SessionInput.Registered(), LEADS);
        List<ToAgent> sent = sent(registered);
        assertThat(registered.effects().getFirst()).isEqualTo(new Heard());
        assertThat(sent.get(0).getWelcome().getClusterUid()).isEqualTo("uid");
        assertThat(sent.get(0).getWelcome().getHeartbeatIntervalMs()).isEqualTo(2000);
        assertThat(sent.get(0).getWelcome().getFenceMs()).isEqualTo(20_000);
        assertThat(sent.get(0).getWelcome().getFenceStopMs()).isEqualTo(5000);
        assertThat(sent.get(1).getDesired().getFull()).isTrue();
        assertThat(sent.get(1).getDesired().getRevision())
                .isEqualTo(samples.image().revision());
    }

    @Test
    void anAgentIsToldWhereTheControllersAreAtFirstAndNowAndThen() throws InterruptedException {
        samples.controller("one:4567");
        Step greeted = step(SessionState.of(NODE), said(HELLO), LEADS);
        Step registered = step(greeted.state(), new SessionInput.Registered(), LEADS);
        assertThat(sent(registered).getFirst().getWelcome().getControllersList())
                .containsExactly("one:4567");
        samples.controller("two:4567");
        Set<List<String>> told = new HashSet<>();
        for (int beat = 1; beat <= 10; beat++) {
            told.add(sent(step(registered.state(), beat(beat), LEADS))
                    .getFirst()
                    .getHeartbeatAcknowledged()
                    .getControllersList());
        }
        assertThat(told).containsExactlyInAnyOrder(List.of(), List.of("one:4567", "two:4567"));
    }

    @Test
    void anAgentIsToldOfServicesWholeAndThenByTheirChanges() throws InterruptedException {
        Step none = step(step(SessionState.of(NODE), said(HELLO), LEADS).state(), new SessionInput.Registered(), LEADS);
        assertThat(sent(none).getFirst().getWelcome().getRouted()).isFalse();
        assertThat(sent(none)).noneMatch(ToAgent::hasRoutes);

        samples.route("a", "10.43.0.1");
        samples.route("b", "10.43.0.2");
        Step some = step(step(SessionState.of(NODE), said(HELLO), LEADS).state(), new SessionInput.Registered(), LEADS);
        assertThat(sent(some).getFirst().getWelcome().getRouted()).isTrue();
        // Before what shall run, which is to find its network.
        Routes whole = sent(some).get(1).getRoutes();
        assertThat(sent(some).getLast().hasDesired()).isTrue();
        assertThat(whole.getFull()).isTrue();
        assertThat(whole.getRoutesList()).extracting(ServiceRoute::getName).containsExactly("a", "b");

        samples.route("b", "10.43.0.3");
        samples.removeRoute("a");
        Step changed = step(some.state(), new SessionInput.Changed(), LEADS);
        Routes news = sent(changed).getLast().getRoutes();
        assertThat(news.getFull()).isFalse();
        assertThat(news.getRoutesList()).extracting(ServiceRoute::getAddress).containsExactly("10.43.0.3");
        assertThat(news.getRemovedList()).containsExactly("default/shop/a");
        samples.workload("w", Phase.RUNNING, 1);
        assertThat(sent(step(changed.state(), new SessionInput.Changed(), LEADS)))
                .noneMatch(ToAgent::hasRoutes);
    }

    @Test
    void manyServicesComeInSeveralMessages() throws InterruptedException {
        String much = "10.43.0.1" + " ".repeat(600_000);
        for (String name : List.of("a", "b", "c")) {
            samples.route(name, much);
        }
        Step told = step(step(SessionState.of(NODE), said(HELLO), LEADS).state(), new SessionInput.Registered(), LEADS);
        List<Routes> messages = sent(told).stream()
                .filter(ToAgent::hasRoutes)
                .map(ToAgent::getRoutes)
                .toList();
        assertThat(messages).extracting(Routes::getFull).containsExactly(true, false, false);
        assertThat(messages).extracting(Routes::getMore).containsExactly(true, true, false);
        assertThat(messages).allMatch(message -> message.getRoutesCount() == 1);
    }

    @Test
    void anAgentIsToldOfIngressesAsOfServices() throws InterruptedException {
        samples.ingress("a", 1);
        SessionState live = live();
        Routes whole = samples.table().full().getFirst();
        assertThat(whole.getIngressesList()).extracting(IngressRoute::getName).containsExactly("a");
        samples.ingress("a", 2);
        samples.ingress("b", 3);
        Step changed = step(live, new SessionInput.Changed(), LEADS);
        Routes news = sent(changed).getFirst().getRoutes();
        assertThat(news.getIngressesList())
                .extracting(IngressRoute::getCreatedAtMs)
                .containsExactly(2L, 3L);
        samples.removeIngress("a");
        Routes less = sent(step(changed.state(), new SessionInput.Changed(), LEADS))
                .getFirst()
                .getRoutes();
        assertThat(less.getRemovedIngressesList()).containsExactly("default/shop/a");
        assertThat(less.getIngressesList()).isEmpty();
    }

    @Test
    void anAgentIsToldOfPoliciesAsOfServices() throws InterruptedException {
        samples.policy("a", false);
        SessionState live = live();
        assertThat(samples.table().full().getFirst().getPoliciesList())
                .extracting(NetworkPolicy::getName)
                .containsExactly("a");
        samples.policy("a", true);
        samples.policy("b", true);
        Step changed = step(live, new SessionInput.Changed(), LEADS);
        assertThat(sent(changed).getFirst().getRoutes().getPoliciesList())
                .extracting(NetworkPolicy::getName, NetworkPolicy::getGuardsArrival)
                .containsExactly(tuple("a", true), tuple("b", true));
        samples.removePolicy("a");
        Routes less = sent(step(changed.state(), new SessionInput.Changed(), LEADS))
                .getFirst()
                .getRoutes();
        assertThat(less.getRemovedPoliciesList()).containsExactly("default/shop/a");
        assertThat(less.getPoliciesList()).isEmpty();
    }

    @Test
    void aNodeThatOpensAPortForIngressesRegistersAnew() {
        IngressPorts ports = IngressPorts.newBuilder().setHttp(80).build();
        SessionInput opened = new SessionInput.Said(FromAgent.newBuilder()
                .setHeartbeat(Heartbeat.newBuilder().setSequence(1).setIngressPorts(ports))
                .build());
        Step step = step(live(), opened, LEADS);
        Hello newer = HELLO.toBuilder()
                .setInfo(INFO.toBuilder().setIngressPorts(ports))
                .build();
        assertThat(step.effects()).contains(new Register(newer));
        Step registered = step(step.state(), new SessionInput.Registered(), LEADS);
        assertThat(step(registered.state(), opened, LEADS).effects()).doesNotContain(new Register(newer));
        // Agents that know of no ingress say nothing of it.
        assertThat(step(registered.state(), beat(2), LEADS).effects()).noneMatch(Register.class::isInstance);
    }

    @Test
    void whoDoesNotLeadSendsTheAgentOn() {
        Step step = step(SessionState.of(NODE), said(HELLO), FOLLOWS);
        assertThat(sent(step).getFirst().getRedirect().getAgentAddress()).isEqualTo("leader:4567");
        assertThat(end(step).isOk()).isTrue();
    }

    @Test
    void aHelloOfAnotherNodeIsDenied() {
        Hello forged = HELLO.toBuilder().setNodeId("b".repeat(32)).build();
        assertThat(end(step(SessionState.of(NODE), said(forged), LEADS)).getCode())
                .isEqualTo(Status.Code.PERMISSION_DENIED);
    }

    @Test
    void aSecondHelloEndsTheSession() {
        assertThat(end(step(live(), said(HELLO), LEADS)).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void aHelloThatIsTooLargeIsRefused() {
        NodeInfo.Builder large = INFO.toBuilder();
        for (int i = 0; i <= Registration.ATTRIBUTES_MAX; i++) {
            large.putAttributes("a" + i, "");
        }
        Hello hello = HELLO.toBuilder().setInfo(large).build();
        assertThat(end(step(SessionState.of(NODE), said(hello), LEADS)).getDescription())
                .contains("at most 256 attributes, has 257");
    }

    @Test
    void whatComesBeforeTheWelcomeIsRefused() {
        assertThat(end(step(SessionState.of(NODE), beat(1), LEADS)).getDescription())
                .contains("before the Welcome");
    }

    @Test
    void silenceBeforeHelloEndsTheSession() {
        assertThat(end(step(SessionState.of(NODE), new SessionInput.Silent(), LEADS))
                        .getCode())
                .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }

    @Test
    void aHeartbeatIsAcknowledgedUnderAConfirmedLease() {
        Step step = step(live(), beat(7), LEADS);
        assertThat(step.effects().getFirst()).isEqualTo(new Heard());
        assertThat(sent(step).getFirst().getHeartbeatAcknowledged().getSequence())
                .isEqualTo(7);
    }

    @Test
    void aHeartbeatIsNotAcknowledgedWhileTheLeaseIsNotConfirmed() {
        assertThat(step(live(), beat(7), UNSURE).effects()).isEmpty();
    }

    @Test
    void aHeartbeatAfterTheLeadWasLostSendsTheAgentOn() {
        Step step = step(live(), beat(7), FOLLOWS);
        assertThat(sent(step).getFirst().hasRedirect()).isTrue();
        assertThat(end(step).isOk()).isTrue();
    }

    @Test
    void aNodeThatIsHeardIsMadeReadyAgain() throws InterruptedException {
        SessionState live = live();
        samples.node(ready(1).toBuilder().setReadiness(Readiness.UNREACHABLE).build());
        assertThat(step(live, beat(7), LEADS).effects()).contains(new Register(HELLO));
    }

    @Test
    void aChangeIsSentOnceAndNothingWhenThereIsNone() throws InterruptedException {
        SessionState live = live();
        assertThat(step(live, new SessionInput.Changed(), LEADS).effects()).isEmpty();
        samples.workload("a", Phase.PHASE_UNSPECIFIED, 1);
        Step told = step(live, new SessionInput.Changed(), LEADS);
        assertThat(sent(told)).hasSize(1);
        assertThat(sent(told).getFirst().getDesired().getBaseRevision())
                .isEqualTo(live.sent().revision());
        assertThat(step(told.state(), new SessionInput.Changed(), LEADS).effects())
                .isEmpty();
    }

    @Test
    void whatSettledLongAgoIsForgottenWithAHeartbeat() throws InterruptedException {
        samples.workload("a", Phase.STOPPED, 1);
        SessionState live = live();
        samples.node(ready(1).toBuilder().setVersion(9).build());
        Step step = step(live, beat(1), LEADS, NOW.plus(DesiredSet.SETTLED_FOR));
        assertThat(sent(step).getLast().getDesired().getRemovedList()).containsExactly("default/a");
    }

    @Test
    void aDeregisteredOrRemovedNodeIsLetGo() throws InterruptedException {
        SessionState live = live();
        samples.node(ready(1).toBuilder()
                .setAdministration(Administration.DEREGISTERED)
                .build());
        assertThat(end(step(live, new SessionInput.Changed(), LEADS)).getCode())
                .isEqualTo(Status.Code.PERMISSION_DENIED);
    }

    @Test
    void reportsAreHandedOnAndAcknowledgedAfterTheirCommit() {
        Reports reports = Reports.newBuilder()
                .setSequence(4)
                .addReports(WorkloadReport.getDefaultInstance())
                .build();
        Step step = step(
                live(),
                new SessionInput.Said(FromAgent.newBuilder().setReports(reports).build()),
                LEADS);
        assertThat(step.effects()).containsExactly(new SessionEffect.Hand(reports));
        Step committed = step(step.state(), new SessionInput.Committed(4), LEADS);
        assertThat(sent(committed).getFirst().getReportsAcknowledged().getSequence())
                .isEqualTo(4);
    }

    @Test
    void whatANodeUsesIsRememberedAndNotAcknowledged() {
        Usage usage = Usage.newBuilder()
                .addWorkloads(WorkloadUsage.newBuilder().setId("a"))
                .build();
        Step step = step(
                live(),
                new SessionInput.Said(FromAgent.newBuilder().setUsage(usage).build()),
                LEADS);
        assertThat(step.effects()).containsExactly(new SessionEffect.Measured(usage));
    }

    @Test
    void aMeasurementOfTooManyWorkloadsEndsTheSession() {
        Usage.Builder usage = Usage.newBuilder();
        for (int i = 0; i <= SessionRules.REPORTS_MAX; i++) {
            usage.addWorkloads(WorkloadUsage.getDefaultInstance());
        }
        Step step = step(
                live(),
                new SessionInput.Said(FromAgent.newBuilder().setUsage(usage).build()),
                LEADS);
        assertThat(end(step).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void aChannelIsAskedForOnlyOfAConnectedNode() {
        OpenChannel request = OpenChannel.newBuilder().setChannelId("c").build();
        assertThat(sent(step(live(), new SessionInput.Wanted(request), LEADS))
                        .getFirst()
                        .getOpenChannel())
                .isEqualTo(request);
        assertThat(step(SessionState.of(NODE), new SessionInput.Wanted(request), LEADS)
                        .effects())
                .containsExactly(new SessionEffect.Refuse("c", "the node is still connecting"));
    }

    @Test
    void aReplacedSessionDoesNothingMore() {
        Step replaced = step(live(), new SessionInput.Replaced(), LEADS);
        assertThat(end(replaced).getDescription()).contains("newer session");
        assertThat(step(replaced.state(), beat(1), LEADS).effects()).isEmpty();
    }
}
