package baijiayun.spring;

import baijiayun.Settings;

/** Sets what has no property: an executor, a signer, a shared limit. Beans of this type are called in their order. */
@FunctionalInterface
public interface BaijiayunCustomizer {
    void customize(Settings settings);
}
