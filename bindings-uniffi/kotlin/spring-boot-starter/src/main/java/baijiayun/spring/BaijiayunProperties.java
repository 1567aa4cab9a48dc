package baijiayun.spring;

import baijiayun.Priority;
import baijiayun.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The account, and what is set of its client. What is not given of domain, partner id and key is looked for in the environment and
 * in {@code baijiayun.toml}, as {@code bjy} does.
 *
 * @param account name of the account: its table [accounts.NAME] in baijiayun.toml is taken whole, and BAIJIAYUN_DOMAIN,
 *     BAIJIAYUN_PARTNER_ID and BAIJIAYUN_PARTNER_KEY are of another account then
 * @param domain the account's private domain: its prefix, a white-label host, or a whole address such as a mock's
 * @param partnerId the account's id
 * @param partnerKey the account's key
 * @param callbackKeys other keys by which callbacks may be signed, while keys are changed
 * @param paths paths by operation name, for paths that are guesses
 * @param attempts most attempts for a call
 * @param attemptTimeout longest time for one attempt
 * @param deadline longest time for a call with all waits and attempts
 * @param uploadDeadline both for calls that send files
 * @param maxAnswer most bytes of an answer, unpacked, that are read
 * @param allowHttp whether calls may go to http:// addresses of the vendor's own, where everybody on the way can read and change them
 * @param strict whether calls and callbacks whose data depart from the documents fail
 * @param quota the account's limit
 * @param operationQuota whether the limits of single operations are kept
 * @param sharedAs name by which the accounts of several clients share one limit over all operations
 * @param storePrefix what the keys in a shared store begin with
 * @param priority who goes first where a limit makes calls wait
 * @param closeWithin how long calls may go on when the application ends
 * @param callbacks where callbacks are received
 */
@ConfigurationProperties("baijiayun")
public record BaijiayunProperties(
    String account,
    String domain,
    String partnerId,
    String partnerKey,
    @DefaultValue List<String> callbackKeys,
    @DefaultValue Map<String, String> paths,
    Integer attempts,
    Duration attemptTimeout,
    Duration deadline,
    Duration uploadDeadline,
    Long maxAnswer,
    boolean allowHttp,
    boolean strict,
    Quota quota,
    @DefaultValue("true") boolean operationQuota,
    String sharedAs,
    String storePrefix,
    Priority priority,
    @DefaultValue("30s") Duration closeWithin,
    @DefaultValue Callbacks callbacks) {

    /**
     * @param path where callbacks are received, if there is a {@link BaijiayunCallbackHandler}
     * @param maxBody most bytes of a callback that are read
     */
    public record Callbacks(@DefaultValue("/baijiayun/callbacks") String path, @DefaultValue("1048576") int maxBody) {}

    /**
     * @param requests so many requests; 0 is no limit
     * @param seconds in so many seconds
     */
    public record Quota(@DefaultValue("200") int requests, @DefaultValue("10") int seconds) {}

    void apply(Settings settings) {
        settings.setCallbackKeys(callbackKeys);
        if (!paths.isEmpty()) {
            settings.setPaths(paths);
        }
        settings.setAttempts(attempts);
        settings.setAttemptTimeout(attemptTimeout);
        settings.setDeadline(deadline);
        settings.setUploadDeadline(uploadDeadline);
        settings.setMaxAnswer(maxAnswer);
        settings.setAllowHttp(allowHttp);
        settings.setQuota(quota == null ? null : new baijiayun.Quota(quota.requests(), quota.seconds()));
        settings.setOperationQuota(operationQuota);
        settings.setSharedAs(sharedAs);
        settings.setStrict(strict);
        settings.setStorePrefix(storePrefix);
        settings.setPriority(priority);
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "BaijiayunProperties[" + (account == null ? "" : account + ", ") + domain + ", " + partnerId + "]";
    }
}
