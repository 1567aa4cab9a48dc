import Foundation

/// MD5 for the code that is written by hand, as fast as Swift makes it. (Linux has none without outside packages.)
func md5(_ text: String) -> String {
    var bytes = Array(text.utf8)
    let length = UInt64(bytes.count) &* 8
    bytes.append(0x80)
    bytes.append(contentsOf: repeatElement(0, count: (120 - bytes.count % 64) % 64))
    for shift: UInt64 in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
    var state: (UInt32, UInt32, UInt32, UInt32) = (0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476)
    bytes.withUnsafeBytes { bytes in
        sines.withUnsafeBufferPointer { sines in
            shifts.withUnsafeBufferPointer { shifts in
                for start in stride(from: 0, to: bytes.count, by: 64) {
                    var (a, b, c, d) = state
                    for step in 0..<64 {
                        var mixed: UInt32
                        var word: Int
                        switch step >> 4 {
                        case 0: (mixed, word) = ((b & c) | (~b & d), step)
                        case 1: (mixed, word) = ((d & b) | (~d & c), (5 &* step &+ 1) & 15)
                        case 2: (mixed, word) = (b ^ c ^ d, (3 &* step &+ 5) & 15)
                        default: (mixed, word) = (c ^ (b | ~d), (7 &* step) & 15)
                        }
                        mixed = mixed &+ a &+ sines[step] &+ bytes.loadUnaligned(fromByteOffset: start &+ word &* 4, as: UInt32.self)
                        let shift = shifts[(step >> 4) &* 4 &+ (step & 3)]
                        (a, d, c, b) = (d, c, b, b &+ (mixed << shift | mixed >> (32 &- shift)))
                    }
                    state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d)
                }
            }
        }
    }
    let digits = Array("0123456789abcdef".utf8)
    return String(unsafeUninitializedCapacity: 32) { out in
        for (place, word) in [state.0, state.1, state.2, state.3].enumerated() {
            for byte in 0..<4 {
                let value = UInt8(truncatingIfNeeded: word >> UInt32(8 * byte))
                out[place * 8 + byte * 2] = digits[Int(value >> 4)]
                out[place * 8 + byte * 2 + 1] = digits[Int(value & 15)]
            }
        }
        return 32
    }
}



private let sines: [UInt32] = (1...64).map { (step: Int) -> UInt32 in UInt32(abs(sin(Double(step))) * 4_294_967_296) }
private let shifts: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
