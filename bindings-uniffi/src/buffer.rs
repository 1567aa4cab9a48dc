//! Bytes that go out.

use uniffi::{Lower, MetadataBuffer, RustBuffer, TypeId};

/// What goes out: bytes in every language. UniFFI writes a `Vec<u8>` one byte after the other into a buffer that it
/// enlarges as it goes: that took an eighth of the time for a report of 1,000 rows.
pub struct Buffer(pub Vec<u8>);

#[allow(unsafe_code)]
// SAFETY: this is what UniFFI writes for a `Vec<u8>`, a length and the bytes, and says of its type.
unsafe impl<Tag> Lower<Tag> for Buffer {
    type FfiType = RustBuffer;

    fn lower(Buffer(bytes): Buffer) -> RustBuffer {
        let mut buffer = Vec::with_capacity(size_of::<i32>() + bytes.len());
        <Self as Lower<Tag>>::write(Buffer(bytes), &mut buffer);
        RustBuffer::from_vec(buffer)
    }

    fn write(Buffer(bytes): Buffer, buffer: &mut Vec<u8>) {
        // The core refuses answers of more than 64 MiB.
        buffer.extend_from_slice(&i32::try_from(bytes.len()).unwrap_or_default().to_be_bytes());
        buffer.extend_from_slice(&bytes);
    }
}

impl<Tag> TypeId<Tag> for Buffer {
    const TYPE_ID_META: MetadataBuffer = <Vec<u8> as TypeId<Tag>>::TYPE_ID_META;
}

uniffi::derive_ffi_traits!(impl<Tag> LowerReturn<Tag> for Buffer);
